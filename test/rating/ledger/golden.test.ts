import { afterAll, beforeAll, expect, test } from "vitest";
import { formatInstant, instant } from "../../../core/instant.ts";
import { at } from "../../at.ts";
import { openPipeline, type Pipeline } from "../../pipeline.ts";
import { readCases } from "../../read-cases.ts";
import { issueDocuments } from "./issue-documents.ts";
import { type Money, moneyOf } from "./money.ts";

interface Case {
  readonly why: string;
  readonly given: {
    readonly currency: string;
    readonly rate: string;
    readonly hours: string;
    readonly tax: string;
    readonly credit: { readonly amount: string; readonly days?: string };
    readonly paid?: string;
    readonly refunded?: string;
  };
  readonly then: { readonly total: string; readonly drawn: string; readonly balance: string };
}

const cases = readCases<Case>("rating/ledger").map((one, index) => ({ ...one, id: `payer-${index}` }));
const start_ms = at("2026-10-01T00:00:00Z");
const november = at("2026-11-02T00:00:00Z");
const HOUR_MS = 3_600_000;
let pipeline: Pipeline;
let money: Money;

/** All cases live through one month, each with a payer and a card of its own. */
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-09-20T00:00:00Z"));
  money = moneyOf(pipeline.system);
  const { accounts, rateCards, rate } = pipeline.system();
  for (const { id, given } of cases) {
    const { currency, rate: price } = given;
    const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: price } as const;
    await rateCards.put(id, { name: id, currency, tariffs: [{ ...vm, currency }] }, "test");
    await accounts.put({ account_id: id, currency, rate_card_id: id }, { by: "test" });
  }
  const event = (type: string, ms: number, id: string) => {
    const data = { account_id: id, resource: `vm-${id}` };
    return { specversion: "1.0", id: `${type} ${id}`, source: "s", type, time: formatInstant(instant(ms)), data };
  };
  pipeline.clock.set(november);
  await pipeline.send(
    cases.flatMap(({ id, given }) => [
      event("VM.START", start_ms, id),
      event("VM.STOP", start_ms + Number(given.hours) * HOUR_MS, id),
    ]),
  );
  await pipeline.aggregate(november);
  await rate({ period: "2026-10" });
  for (const { id, given } of cases) {
    const { currency, credit } = given;
    const days = credit.days === undefined ? {} : { expires: start_ms + Number(credit.days) * 24 * HOUR_MS };
    await money.grant(`credit-${id}`, credit.amount, { payer: id, currency, ...days });
  }
  const taxes = new Map(cases.map(({ id, given }) => [id, given.tax]));
  await issueDocuments(pipeline.system(), { period: "2026-10", tax: (payer) => taxes.get(payer) ?? "0" });
  const statements = new Map((await money.statements()).map(({ payer, statement_id }) => [payer, statement_id]));
  for (const { id, given } of cases) {
    const { currency, paid, refunded } = given;
    const statement_id = statements.get(id) ?? "";
    if (paid !== undefined) await money.pay(`payment-${id}`, paid, { payer: id, currency, statement_id });
    if (refunded !== undefined)
      await money.pay(`refund-${id}`, refunded, { payer: id, currency, statement_id, sign: -1 });
  }
}, 240_000);
afterAll(() => pipeline.close());

test.each(cases)("$given.currency: $why", async ({ id, then }) => {
  const found = (await money.statements()).find(({ payer }) => payer === id);
  expect(Number(found?.total)).toBe(Number(then.total));
  expect(await pipeline.system().credits.draws(`credit-${id}`)).toMatchObject([{ amount: then.drawn }]);
  expect(await money.balance(id)).toBe(then.balance);
});

test("a list of balances is read page by page", async () => {
  const { ledger } = pipeline.system();
  const first = await ledger.balances({ payer_account_id: "", at: null, after: null, limit: 3 });
  const [, , last] = first;
  if (last === undefined) throw new Error("three are there");
  const rest = await ledger.balances({ payer_account_id: "", at: null, after: last, limit: 100 });
  expect([...first, ...rest].map(({ payer_account_id }) => payer_account_id)).toEqual(cases.map(({ id }) => id));
});

test("a balance of the future is refused", async () => {
  const tomorrow = at("2026-11-03T00:00:00Z");
  await expect(money.balance("payer-0", tomorrow)).rejects.toThrow("at is");
});
