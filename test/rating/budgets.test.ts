import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { silentLog } from "../../core/log.ts";
import { type BudgetNotice, ratePeriod } from "../../rating/index.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";

const noon = at("2026-11-11T00:00:00Z");
let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(noon);
});
afterAll(() => pipeline.close());

let count = 0;
async function happens(type: string, time: string, resource = "vm-1"): Promise<void> {
  count += 1;
  const data = { account_id: "acme", resource };
  await pipeline.send([{ specversion: "1.0", id: `e${count}`, source: "s", type, time, data }]);
}

/** A VM since 1 November at 0.10 an hour: 24.00 by the 11th, 72.00 at the end. All of it is published, nothing is rated yet. */
beforeEach(async () => {
  await pipeline.reset();
  const { accounts, rateCards } = pipeline.system();
  pipeline.clock.set(at("2026-10-20T00:00:00Z"));
  await accounts.put({ account_id: "acme" }, { by: "test" });
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" } as const;
  await rateCards.put("default", { name: "List", currency: "EUR", tariffs: [vm] }, "test");
  pipeline.clock.set(noon);
  await happens("VM.START", "2026-11-01T00:00:00Z");
  await pipeline.aggregate(noon);
});

const putBudget = (amount: string, thresholds: { percent: string; of: "actual" | "forecast" }[]) =>
  pipeline
    .system()
    .budgets.put({ budget_id: "b", payer_account_id: "acme", currency: "EUR", amount, thresholds }, { by: "test" });
const rate = () => pipeline.system().rate({ period: "2026-11", force: true });
const notices = (): Promise<BudgetNotice[]> =>
  pipeline.system().budgets.notices({ budget_id: "", period: "", after: null, limit: 100 });
const told = async (): Promise<string[]> =>
  (await notices())
    .map(({ percent, of, amount, state, state_amount }) => `${of} ${percent} ${amount} ${state} ${state_amount}`)
    .toSorted();
async function rows(table: string): Promise<number> {
  const query = `SELECT toUInt32(count()) AS n FROM ${table}`;
  const [row] = await (await pipeline.store.read.query({ query, format: "JSONEachRow" })).json<{ n: number }>();
  return row?.n ?? 0;
}
/** What a process leaves that dies as soon as it has published. */
async function rateAndDie(): Promise<void> {
  const { store, runs, rateCards, usageTypes } = pipeline.system();
  const deps = { store, ledger: runs, rateCards, usageTypes, log: silentLog };
  const defaults = { currency: "EUR", time_zone: "UTC", rate_card_id: "default" };
  await ratePeriod(deps, { period: "2026-11", defaults, force: true });
}

// Worked: of 50.00, 40 % are 20.00 and 48 % are 24.00, which 24.00 reaches; 49 % are 24.50. 72.00 reaches 144 %, not 145 % = 72.50.
test("a run notices each threshold it reaches, of what is rated and of what is expected, and no other", async () => {
  const actual = ["40", "48", "49"].map((percent) => ({ percent, of: "actual" as const }));
  const expected = ["100", "144", "145"].map((percent) => ({ percent, of: "forecast" as const }));
  await putBudget("50", [...actual, ...expected]);
  const { run } = await rate();
  expect(await told()).toEqual([
    "actual 40 24 reached 24",
    "actual 48 24 reached 24",
    "forecast 100 72 reached 72",
    "forecast 144 72 reached 72",
  ]);
  expect(await notices()).toMatchObject(
    Array.from({ length: 4 }, () => ({ budget_id: "b", period: "2026-11", run_id: run.id, currency: "EUR" })),
  );
});

test("a threshold is noticed once, however often the month is rated and looked at, and through a restart", async () => {
  await putBudget("50", [{ percent: "40", of: "actual" }]);
  const { run } = await rate();
  const first = await notices();
  expect(first).toMatchObject([{ run_id: run.id, state: "reached" }]);
  await rate();
  await pipeline.restart();
  await rate();
  const { catchUpBudgets } = pipeline.system();
  // As after a crash between the notice and the note that the run was looked at.
  await pipeline.store.run.command({ query: "TRUNCATE TABLE budget_check" });
  await Promise.all([catchUpBudgets(), catchUpBudgets(), catchUpBudgets()]);
  expect(await notices()).toEqual(first);
  expect(await rows("budget_notice")).toBe(1);
});

test("what a process rated that died at once is caught up with, by any number at a time and once", async () => {
  await putBudget("50", [
    { percent: "40", of: "actual" },
    { percent: "100", of: "forecast" },
  ]);
  await rateAndDie();
  expect(await notices()).toEqual([]);
  await pipeline.restart();
  const { catchUpBudgets } = pipeline.system();
  await Promise.all([catchUpBudgets(), catchUpBudgets(), catchUpBudgets()]);
  expect(await told()).toEqual(["actual 40 24 reached 24", "forecast 100 72 reached 72"]);
  expect(await rows("budget_notice")).toBe(2);
  const looked = await rows("budget_check");
  await catchUpBudgets();
  expect(await rows("budget_check"), "nothing is looked at twice").toBe(looked);
});

/*
 * Worked: it turns out that the VM stopped on 3 November: 48 h = 4.80, below 20.00. Then another that ran from 1 to 11 November turns up:
 * 4.80 + 24.00 = 28.80.
 */
test("a notice stays when a later run says less, says so, and is the same when it is reached again", async () => {
  await putBudget("50", [{ percent: "40", of: "actual" }]);
  const first = (await rate()).run;
  await happens("VM.STOP", "2026-11-03T00:00:00Z");
  await pipeline.aggregate(noon);
  pipeline.clock.set(at("2026-11-11T01:00:00Z"));
  const second = (await rate()).run;
  const [fallen] = await notices();
  expect(fallen).toMatchObject({
    amount: "24",
    run_id: first.id,
    noticed_at: "2026-11-11T00:00:00.000Z",
    state: "no-longer",
    state_amount: "4.8",
    state_run_id: second.id,
    state_at: "2026-11-11T01:00:00.000Z",
  });
  await happens("VM.START", "2026-11-01T00:00:00Z", "vm-2");
  await pipeline.aggregate(noon);
  const third = (await rate()).run;
  expect(await notices()).toEqual([
    { ...fallen, state: "reached", state_amount: "28.8", state_run_id: third.id, state_at: "2026-11-11T01:00:00.000Z" },
  ]);
});

test("a budget that is written when the month is rated already is looked at, and so is its next version anew", async () => {
  await rate();
  await putBudget("50", [{ percent: "40", of: "actual" }]);
  const { catchUpBudgets, budgets } = pipeline.system();
  await catchUpBudgets();
  await putBudget("40", [{ percent: "40", of: "actual" }]);
  await catchUpBudgets();
  const found = (await notices()).map(({ budget_version, threshold }) => `${budget_version} ${threshold}`).toSorted();
  expect(found).toEqual(["1 20", "2 16"]);
  await budgets.remove("b", { by: "test" });
  await putBudget("10", [{ percent: "100", of: "actual" }]);
  await budgets.remove("b", { by: "test" });
  await catchUpBudgets();
  expect(await notices(), "a budget that is gone").toHaveLength(2);
});

test("what an account costs in the currency of another payer it has come to is not held against a budget in the former one", async () => {
  const { accounts, budgets, rateCards, statements } = pipeline.system();
  const thresholds = (["actual", "forecast"] as const).map((of) => ({ percent: "40", of }));
  await budgets.put({ budget_id: "b", account_id: "acme", currency: "EUR", amount: "50", thresholds }, { by: "test" });
  const yen = { tariff_id: "yen", name: "VM", usage_type: 1, currency: "JPY", unit: "hour", rate: "100" } as const;
  await rateCards.put("default", { name: "List", currency: "JPY", tariffs: [{ ...yen, model: "per_unit" }] }, "test");
  await accounts.put({ account_id: "payer", currency: "JPY" }, { by: "test" });
  await accounts.put({ account_id: "acme", payer_account_id: "payer" }, { by: "test" });
  await rate();
  const [bill] = await statements.list({ period: "2026-11", limit: 10 });
  // 240 h at 100: far more than 20.00, and no euro.
  expect([bill?.currency, bill?.net]).toEqual(["JPY", "24000"]);
  expect(await notices()).toEqual([]);
});

test("a month is held against the budgets there were before it was over", async () => {
  pipeline.clock.set(at("2026-12-05T00:00:00Z"));
  await pipeline.aggregate(at("2026-12-05T00:00:00Z"));
  await putBudget("50", [
    { percent: "40", of: "actual" },
    { percent: "40", of: "forecast" },
  ]);
  await rate();
  expect(await notices()).toEqual([]);
  await pipeline.system().rate({ period: "2026-12" });
  await pipeline.system().catchUpBudgets();
  // Worked: 31 x 24 h of December = 74.40 to come, and 96 h = 9.60 so far.
  expect(await told()).toEqual(["forecast 40 74.4 reached 74.4"]);
});

test("what is expected of a month that is over is what it came to", async () => {
  await putBudget("50", [{ percent: "100", of: "forecast" }]);
  await happens("VM.STOP", "2026-11-02T00:00:00Z");
  pipeline.clock.set(at("2026-12-05T00:00:00Z"));
  await pipeline.aggregate(at("2026-12-05T00:00:00Z"));
  await rate();
  expect(await notices()).toEqual([]);
  await happens("VM.START", "2026-11-03T00:00:00Z", "vm-3");
  await pipeline.aggregate(at("2026-12-05T00:00:00Z"));
  await rate();
  // Worked: 24 h, and 28 days x 24 h: 696 h = 69.60.
  expect(await told()).toEqual(["forecast 100 69.6 reached 69.6"]);
});
