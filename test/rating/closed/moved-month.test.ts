// An account that comes to a payer who has closed, and made final, a month that nobody billed it for: through the whole program.
import { afterAll, beforeAll, expect, test } from "vitest";
import { listPeriods } from "../../../aggregate/index.ts";
import type { Statement } from "../../../rating/index.ts";
import { at } from "../../at.ts";
import { openPipeline, type Pipeline } from "../../pipeline.ts";
import { type Money, moneyOf } from "../ledger/money.ts";

let pipeline: Pipeline;
let money: Money;
let closed: readonly Statement[];
let draft: readonly Statement[];
const event = (account_id: string, type: string, time: string) => ({
  specversion: "1.0",
  id: `${account_id} ${type} ${time}`,
  source: "cloud/z1",
  type,
  time,
  data: { account_id, resource: `vm-${account_id}`, offering: "small" },
});
const statements = (period: string): Promise<Statement[]> =>
  pipeline.system().statements.list({ period, limit: 100, payer_account_id: "beta" });

/** In October `beta` and `solo` used 24 hours each, and `team`, which `acme` pays for, 48. beta closes October; then team comes to beta, and uses nothing more. */
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-09-20T00:00:00Z"));
  money = moneyOf(pipeline.system);
  const { accounts, rateCards, settings, rate } = pipeline.system();
  for (const account_id of ["acme", "beta", "solo"])
    await accounts.put({ account_id, time_zone: "UTC" }, { by: "test" });
  await accounts.put({ account_id: "team", payer_account_id: "acme", time_zone: "UTC" }, { by: "test" });
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.50" } as const;
  const free = { ...vm, tariff_id: "kept", usage_type: 2, rate: "0" } as const;
  await rateCards.put("default", { name: "List", currency: "EUR", tariffs: [vm, free] }, "test");
  await settings.set("billing.credit.grace", "10", "test");
  await money.grant("gift", "20.00", { payer: "beta", expires: Date.UTC(2026, 10, 1) });
  pipeline.clock.set(at("2026-11-03T00:00:00Z"));
  await pipeline.send([
    event("beta", "VM.START", "2026-10-03T00:00:00Z"),
    event("beta", "VM.STOP", "2026-10-04T00:00:00Z"),
    event("solo", "VM.START", "2026-10-03T00:00:00Z"),
    event("solo", "VM.STOP", "2026-10-04T00:00:00Z"),
    event("team", "VM.START", "2026-10-05T00:00:00Z"),
    event("team", "VM.STOP", "2026-10-07T00:00:00Z"),
  ]);
  await pipeline.aggregate(at("2026-11-03T00:00:00Z"));
  await close("2026-10", "beta");
  await rate({ period: "2026-10" });
  await finalize("2026-10");
  closed = await statements("2026-10");
  pipeline.clock.set(at("2026-11-05T00:00:00Z"));
  await accounts.put({ account_id: "team", payer_account_id: "beta" }, { by: "test" });
  // before any run of aggregation has seen that the account moved
  for (const period of ["2026-10", "2026-11"]) await rate({ period });
  draft = await statements("2026-11");
}, 300_000);
afterAll(() => pipeline.close());

async function close(period: string, payer_account_id?: string): Promise<void> {
  const names = pipeline.system().checks.flatMap(({ name, overridable }) => (overridable ? [name] : []));
  const overrides = names.map((finding) => ({ finding, reason: "a test" }));
  const payer = payer_account_id === undefined ? {} : { payer_account_id };
  const { refused } = await pipeline.system().closePeriod({ period, ...payer, overrides, by: "test" });
  expect(refused).toEqual([]);
}
async function finalize(period: string): Promise<void> {
  const overrides = ["no-issuer", "no-profile"].map((finding) => ({ finding, reason: "a test" }));
  await pipeline.system().finalize({ period, overrides, asked_by: "test" });
}
const told = (of: readonly Statement[]) =>
  of.flatMap(({ period, lines }) =>
    lines
      .filter(({ usage_type }) => usage_type === 1)
      .map(({ kind, account_id, amount, adjusts }) => [period, kind, account_id, amount, adjusts?.period ?? null]),
  );

test("the closed statement stays as it was, and what came is on the draft of the next one, naming the month", async () => {
  expect(told(closed)).toEqual([["2026-10", "usage", "beta", "12.00", null]]);
  expect(JSON.stringify(await statements("2026-10"))).toBe(JSON.stringify(closed));
  // 48 h at 0.50
  expect(told(draft)).toEqual([["2026-11", "adjustment", "team", "24.00", "2026-10"]]);
  expect(draft[0]?.lines[0]?.adjusts).toMatchObject({ line: null });
});

test("nothing of the closed month is left unbilled, so a promotion that expired in it is booked out when its grace is over", async () => {
  // 20.00 were given and 12.00 drawn; 24.00 are accrued, of November
  expect(await money.balance("beta")).toBe("24.00 0.00 8.00 0.00");
  const accrued = (await money.entries()).filter(
    ({ ledger_account, payer_account_id }) => ledger_account === "unbilled" && payer_account_id === "beta",
  );
  const of = (period: string): number =>
    accrued.filter((entry) => entry.period === period).reduce((sum, { amount }) => sum + Number(amount), 0);
  expect([of("2026-10"), of("2026-11")]).toEqual([0, 24]);
  pipeline.clock.set(at("2026-11-20T00:00:00Z"));
  expect((await pipeline.system().expireCredits())?.state).toBe("published");
  expect(await money.balance("beta")).toBe("24.00 0.00 0.00 0.00");
});

test("P11: the correction is followed back to the records of the account, though they were published before the closing", async () => {
  const [line] = draft[0]?.lines ?? [];
  const page = { records: 10, slices: 10 };
  const asked = { statement_id: draft[0]?.id ?? "", line: line?.line ?? 0 };
  const found = await pipeline.system().explanations.line(asked, page);
  expect(found?.explanation.adjustment).toMatchObject({ original: null, billed: null, restated: { amount: "24.00" } });
  const { records, late_usage } = found?.explanation.adjustment ?? {};
  const day = { resource: "vm-team", quantity: "86400000" };
  expect(records).toMatchObject([1, 2].map(() => ({ billed: null, restated: { quantity: day.quantity } })));
  expect(late_usage).toMatchObject([day, day]);
});

test("the next month is one to close though nothing is booked in it, and then all that was used is billed, once", async () => {
  const before = await listPeriods(pipeline.system(), { payer_account_id: "beta", after: null, limit: 10 });
  expect(before.map(({ period, state }) => [period, state])).toEqual([
    ["2026-10", "closed"],
    ["2026-11", "open"],
  ]);
  pipeline.clock.set(at("2026-12-03T00:00:00Z"));
  await pipeline.aggregate(at("2026-12-03T00:00:00Z"));
  for (const period of ["2026-10", "2026-11"]) {
    await close(period);
    await pipeline.system().rate({ period });
    await finalize(period);
  }
  expect(JSON.stringify(await statements("2026-10"))).toBe(JSON.stringify(closed));
  const all: Statement[] = [];
  for (const period of ["2026-10", "2026-11"])
    all.push(...(await pipeline.system().statements.list({ period, limit: 100 })));
  expect(all.every(({ state }) => state === "final")).toBe(true);
  // 24 h of beta and 48 h of team at 0.50
  expect(told(all.filter(({ payer_account_id }) => payer_account_id !== "solo"))).toEqual([
    ...told(closed),
    ...told(draft),
  ]);
  expect(await money.balance("acme")).toBe("0.00 0.00 0.00 0.00");
}, 120_000);

test("what is late of a month that an account closed when it paid for itself is billed to it, though another pays for it now", async () => {
  const { accounts, rate, statements: read } = pipeline.system();
  await accounts.put({ account_id: "solo", payer_account_id: "beta" }, { by: "test" });
  await pipeline.send([
    event("solo", "VM.START", "2026-10-10T00:00:00Z"),
    event("solo", "VM.STOP", "2026-10-10T06:00:00Z"),
  ]);
  pipeline.clock.set(at("2026-12-05T00:00:00Z"));
  await pipeline.aggregate(at("2026-12-05T00:00:00Z"));
  const own = async () => {
    const found = await listPeriods(pipeline.system(), { payer_account_id: "solo", after: null, limit: 10 });
    return found.map(({ period, state, accounts: paidFor }) => [period, state, paidFor]);
  };
  expect(await own()).toEqual([
    ["2026-10", "closed", 0],
    ["2026-11", "due", 0],
  ]);
  await close("2026-11");
  await rate({ period: "2026-11" });
  await finalize("2026-11");
  expect(await own()).toEqual([
    ["2026-10", "closed", 0],
    ["2026-11", "closed", 0],
  ]);
  const [found, ...others] = await read.list({ period: "2026-11", limit: 100, payer_account_id: "solo" });
  // 6 h at 0.50
  expect([found?.state, found?.net, others]).toEqual(["final", "3.00", []]);
  expect(told(found === undefined ? [] : [found])).toEqual([["2026-11", "adjustment", "solo", "3.00", "2026-10"]]);
}, 120_000);
