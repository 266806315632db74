// Statements as they are really made final, taken back and issued again, and what the ledger makes of that.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Statement } from "../../../rating/index.ts";
import { closeEverything } from "../../aggregate/closing-month.ts";
import { at } from "../../at.ts";
import { openPipeline, type Pipeline } from "../../pipeline.ts";
import { type Money, moneyOf } from "./money.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
let pipeline: Pipeline;
let money: Money;
const by = { asked_by: "test", reason: "" };
let first: Statement;
const statement = async (id: string): Promise<Statement> => {
  const found = await pipeline.system().statements.get(id);
  if (found === null) throw new Error(`${id} is not there`);
  return found;
};
const shown = ({ state, total, credits_applied, payable, paid, open }: Statement) =>
  [state, total, credits_applied, payable, paid, open].join(" ");

/** A VM for 100 hours of October at 0.10 = 10.00, a flat 20 % of tax = 2.00, and a credit of 5.00. */
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-09-20T00:00:00Z"));
  money = moneyOf(pipeline.system);
  const system = pipeline.system();
  await system.accounts.put({ account_id: "acme" }, { by: "test" });
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" } as const;
  await system.rateCards.put("default", { name: "List", currency: "EUR", tariffs: [vm] }, "test");
  const rate = { name: "VAT", category: "S", percent: "20", valid_from: "2026-01-01" } as const;
  await system.profiles.taxRates.put({ id: "vat", ...rate }, { by: "test" });
  pipeline.clock.set(at("2026-11-04T00:00:00Z"));
  const event = (id: string, type: string, time: string) => ({
    specversion: "1.0",
    id,
    source: "s",
    type,
    time,
    data: { account_id: "acme", resource: "vm-1" },
  });
  await pipeline.send([
    event("e1", "VM.START", "2026-10-01T00:00:00Z"),
    event("e2", "VM.STOP", "2026-10-05T04:00:00Z"),
    event("e3", "VM.DESTROY", "2026-10-05T04:00:00Z"),
  ]);
  await pipeline.aggregate(pipeline.clock.now());
  await system.rate({ period: "2026-10" });
  await closeEverything(system, ["2026-10"]);
  await system.rate({ period: "2026-10", force: true });
  await money.grant("welcome", "5.00");
  const checks = await system.statementReadiness({ period: "2026-10", limit: 10 });
  const found = checks.flatMap(({ findings }) => findings.map(({ check }) => check));
  const overrides = [...new Set(found)].map((finding) => ({ finding, reason: "a test" }));
  await system.finalize({ ...by, period: "2026-10", overrides });
  const [made] = await system.statements.list({ period: "2026-10", limit: 10 });
  if (made === undefined) throw new Error("October has no statement");
  first = made;
});
afterAll(() => pipeline.close());

test("a final statement draws credits, is owed, and shows what was paid of it and what is open", async () => {
  expect(shown(first)).toBe("final 12.00 5.00 7.00 0.00 7.00");
  expect(first.credits).toEqual([{ credit_id: "welcome", amount: "5.00" }]);
  expect(await money.balance()).toBe("0.00 7.00 0.00 0.00");
  await money.pay("p", "4.00", { statement_id: first.id });
  expect(shown(await statement(first.id))).toBe("final 12.00 5.00 7.00 4.00 3.00");
});

test("taken back, it owes nothing: what was paid is on account, the credit is whole again; issued again, both go to the new one", async () => {
  const system = pipeline.system();
  const { id: note } = await system.voidStatement({ ...by, id: first.id });
  expect(shown(await statement(first.id))).toBe("void 12.00 5.00 7.00 0.00 0.00");
  expect(shown(await statement(note))).toBe("final -12.00 -5.00 -7.00 0.00 0.00");
  expect(await money.balance()).toBe("10.00 0.00 5.00 4.00");
  const { id } = await system.reissueStatement({
    ...by,
    id: first.id,
    overrides: ["no-issuer", "no-profile"].map((finding) => ({ finding, reason: "a test" })),
  });
  expect(shown(await statement(id))).toBe("final 12.00 5.00 7.00 4.00 3.00");
  expect(await money.balance()).toBe("0.00 3.00 0.00 0.00");
  const off = await money.rows(
    "SELECT posting_id, currency, sum(amount) AS off FROM ledger GROUP BY posting_id, currency HAVING off != 0",
  );
  expect(off).toEqual([]);
});

test("what is open of a payer is paid, and what he has on account given back, though another pays for his account by now", async () => {
  const { accounts } = pipeline.system();
  await accounts.put({ account_id: "holding" }, { by: "test" });
  await accounts.put({ account_id: "acme", payer_account_id: "holding" }, { by: "test" });
  const final = (await pipeline.system().statements.list({ period: "2026-10", limit: 10 })).find(
    ({ state, kind }) => state === "final" && kind === "statement",
  );
  await money.pay("late", "5.00", { statement_id: final?.id ?? "" });
  expect(await money.balance()).toBe("0.00 0.00 0.00 2.00");
  await money.pay("rest", "2.00", { sign: -1 });
  expect(await money.balance()).toBe("0.00 0.00 0.00 0.00");
  await expect(money.pay("free", "1.00")).rejects.toThrow("holding pays for this one");
});

test("what a void statement billed is written off where none comes in its place: nothing is unbilled for ever, and the books balance", async () => {
  const system = pipeline.system();
  const [final] = (await system.statements.list({ period: "2026-10", limit: 10 })).filter(
    ({ state, kind }) => state === "final" && kind === "statement",
  );
  const id = final?.id ?? "";
  expect(final?.overrides).toContainEqual({ finding: "no-issuer", reason: "a test" });
  const asked = { asked_by: "finance", reason: "he left" };
  const left = async () =>
    (await system.statementReadiness({ period: "2026-10", limit: 10 })).flatMap(({ void_unbilled }) => void_unbilled);
  await expect(system.writeOffStatement({ ...asked, id })).rejects.toThrow("is not void");
  await expect(system.writeOffStatement({ ...asked, id: first.id })).rejects.toThrow("was issued again");
  expect(await left()).toEqual([]);
  await system.voidStatement({ ...by, id });
  expect(await money.balance()).toBe("10.00 0.00 5.00 7.00");
  expect(await left()).toEqual([id]);
  expect(await system.writeOffStatement({ ...asked, id })).toMatchObject({ id, is_new: true });
  expect(await money.balance()).toBe("0.00 0.00 5.00 7.00");
  expect(await left()).toEqual([]);
  const booked = await money.entries();
  expect(
    booked.flatMap(({ kind, ledger_account, amount }) => (kind === "write-off" ? [`${ledger_account} ${amount}`] : [])),
  ).toEqual(["revenue 10", "unbilled -10"]);
  expect((await statement(id)).written_off).toMatchObject({ by: "finance", reason: "he left" });
  // once more changes nothing, nor does rating; nothing comes in its place
  expect(await system.writeOffStatement({ ...asked, id })).toMatchObject({ id, is_new: false });
  await expect(system.reissueStatement({ ...by, id })).rejects.toThrow("was written off");
  await system.rate({ period: "2026-10", force: true });
  expect(await money.entries()).toEqual(booked);
});
