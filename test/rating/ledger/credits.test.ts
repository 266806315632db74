// Credits: which is drawn first, what each covers, what becomes of what is left.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { dec, formatDecimal } from "../../../core/decimal.ts";
import { coverDocument } from "../../../rating/credits/cover.ts";
import { at } from "../../at.ts";
import { openPipeline, type Pipeline } from "../../pipeline.ts";
import { issueDocuments } from "./issue-documents.ts";
import { type Money, moneyOf } from "./money.ts";

const november = at("2026-11-02T00:00:00Z");
let pipeline: Pipeline;
let money: Money;
beforeAll(async () => {
  pipeline = await openPipeline(november);
  money = moneyOf(pipeline.system);
});
afterAll(() => pipeline.close());

/** VMs of two payers for ten days of October, 240 hours at 0.50: 120.00 each. */
beforeEach(async () => {
  await pipeline.reset();
  pipeline.clock.set(at("2026-09-20T00:00:00Z"));
  const { accounts, rateCards, rate } = pipeline.system();
  for (const account_id of ["acme", "beta"]) await accounts.put({ account_id }, { by: "test" });
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.50" } as const;
  await rateCards.put("default", { name: "List", currency: "EUR", tariffs: [vm] }, "test");
  pipeline.clock.set(november);
  const event = (id: string, type: string, time: string, account_id: string) => ({
    specversion: "1.0",
    id,
    source: "s",
    type,
    time,
    data: { account_id, resource: `vm-${account_id}` },
  });
  await pipeline.send(
    ["acme", "beta"].flatMap((of) => [
      event(`${of}-1`, "VM.START", "2026-10-01T00:00:00Z", of),
      event(`${of}-2`, "VM.STOP", "2026-10-11T00:00:00Z", of),
    ]),
  );
  await pipeline.aggregate(november);
  await rate({ period: "2026-10" });
});

const day = (of_october: number): number => Date.UTC(2026, 9, of_october);
const drawn = async (...ids: string[]): Promise<string[]> =>
  Promise.all(
    ids.map(async (id) => (await pipeline.system().credits.draws(id)).map(({ amount }) => amount).join(" ") || "0"),
  );

/*
 * Worked: a day is 24 h = 12.00. "first" (priority 1) covers all: its 30.00 take the days from the first on. "soon" expires after the fifth
 * day: of those five days, 60.00, 30.00 are left to it. "late" covers from the ninth day on: 24.00. "last" takes what is left of all:
 * 120 − 30 − 30 − 24 = 36.00.
 */
test("credits are drawn by priority, then expiry, then grant; none covers again what another has covered, nor what lies outside its time", async () => {
  await money.grant("last", "100.00");
  await money.grant("late", "100.00", { from: day(9), expires: day(31) });
  await money.grant("soon", "100.00", { expires: day(6) });
  await money.grant("first", "30.00", { priority: 1 });
  await issueDocuments(pipeline.system(), { period: "2026-10", payer: "acme" });
  expect(await drawn("first", "soon", "late", "last")).toEqual(["30.00", "30.00", "24.00", "36.00"]);
  expect(await money.balance()).toBe("0.00 0.00 210.00 0.00");
});

test("statements of one run draw in the order of payers, each on its own credits, and never more than is left", async () => {
  await money.grant("a", "50.00");
  await money.grant("b", "500.00", { payer: "beta", kind: "prepayment" });
  await issueDocuments(pipeline.system(), { period: "2026-10", tax: "10" });
  expect(await drawn("a", "b")).toEqual(["50.00", "132.00"]);
  expect(await money.balance("acme")).toBe("0.00 82.00 0.00 0.00");
  expect(await money.balance("beta")).toBe("0.00 0.00 368.00 0.00");
});

test("what is left of a promotion is booked out once, when its grace is over and no month it may cover is open; the past stays as it was", async () => {
  await money.grant("gift", "200.00", { expires: day(31) });
  const { expireCredits, settings } = pipeline.system();
  await settings.set("billing.credit.grace", "10", "test");
  const granted = pipeline.clock.now();
  pipeline.clock.set(at("2026-12-01T00:00:00Z"));
  expect(await expireCredits(), "October may still draw on it").toBeNull();
  await issueDocuments(pipeline.system(), { period: "2026-10", payer: "acme" });
  pipeline.clock.set(at("2026-12-02T00:00:00Z"));
  expect((await expireCredits())?.state).toBe("published");
  expect(await expireCredits()).toBeNull();
  expect(await money.balance()).toBe("0.00 0.00 0.00 0.00");
  expect(await money.balance("acme", at("2026-12-01T12:00:00Z"))).toBe("0.00 0.00 80.00 0.00");
  expect(await money.balance("acme", granted)).toBe("120.00 0.00 200.00 0.00");
  const out = (await money.entries()).filter(({ kind }) => kind === "credit-expiry");
  expect(out.map(({ ledger_account, amount }) => [ledger_account, amount])).toEqual([
    ["credit_liability", "80"],
    ["credits_granted", "-80"],
  ]);
});

test("an ended credit is drawn on no more: what was given is booked out, what was bought goes on account and pays what is open", async () => {
  await money.grant("gift", "20.00");
  await money.grant("bought", "50.00", { kind: "prepayment" });
  const { credits, expireCredits, settleMoney } = pipeline.system();
  for (const id of ["gift", "bought"]) await credits.end(id, { reason: "by mistake", by: "test" });
  expect(await credits.end("gift", { reason: "again", by: "test" })).toMatchObject({ reason: "by mistake" });
  await issueDocuments(pipeline.system(), { period: "2026-10", payer: "acme" });
  expect(await money.balance()).toBe("0.00 120.00 70.00 0.00");
  await expireCredits();
  expect(await money.balance()).toBe("0.00 120.00 0.00 50.00");
  await settleMoney();
  expect(await money.balance()).toBe("0.00 70.00 0.00 0.00");
  await expect(credits.end("nobody's", { reason: "x", by: "test" })).rejects.toThrow('there is no credit "nobody\'s"');
});

test("what cannot be granted is refused by name", async () => {
  const grant = (over: object) =>
    pipeline.system().credits.grant(
      {
        credit_id: "c",
        payer_account_id: "acme",
        currency: "EUR",
        kind: "promotion",
        amount: "1.00",
        from: null,
        expires: null,
        ...over,
      },
      "test",
    );
  await expect(grant({ amount: "1.001" })).rejects.toThrow("amount");
  await expect(grant({ amount: "0" })).rejects.toThrow("amount");
  await expect(grant({ currency: "XXX" })).rejects.toThrow("currency");
  await expect(grant({ payer_account_id: "nobody" })).rejects.toThrow("payer_account_id");
  await expect(grant({ kind: "prepayment", expires: november })).rejects.toThrow("what was bought does not expire");
  await expect(grant({ from: november, expires: november })).rejects.toThrow("after valid_from");
});

// Of 10 owed, the stretch at 0 has 4 and the one at 5 has 8: nothing goes beyond what is owed, however much there is to cover it.
test("no more is drawn than a document owes", () => {
  const left = new Map([["c", dec("100")]]);
  const document = {
    payable: dec("10"),
    stretches: [
      { from_ms: 0, amount: dec("4") },
      { from_ms: 5, amount: dec("8") },
    ],
  };
  const [draw] = coverDocument(document, [{ credit_id: "c", from_ms: 0, expires_ms: 10 }], left);
  expect([formatDecimal(draw?.amount ?? dec("0")), left.get("c")?.toString()]).toEqual(["10", "90"]);
});
