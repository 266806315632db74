// Golden documents: what is sold to whom, worked by hand, in currencies of none, two and three decimals; and that the engine's tax is its twin's.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChargeInput, ProfileInput, Statement, TaxRateInput } from "../../../rating/index.ts";
import { dec, formatFixed } from "../../../core/decimal.ts";
import { minorUnit } from "../../../core/currencies.ts";
import { layRates } from "../../../rating/taxes/lay-rates.ts";
import { taxStatement } from "../../../rating/taxes/tax-statement.ts";
import { readCases } from "../../read-cases.ts";
import { type ClosedCase, tariffsOf, walk } from "../closed/closed-case.ts";
import { type FinalizingStore, openFinalizingStore } from "./finalizing-store.ts";

interface DocumentCase {
  readonly why: string;
  readonly worked: string;
  readonly given: Pick<ClosedCase["given"], "tariffs" | "course"> & {
    readonly currency: string;
    readonly profile: Omit<ProfileInput, "account_id">;
    readonly rates: readonly TaxRateInput[];
    readonly charges?: readonly ChargeInput[];
  };
  readonly then: Readonly<Record<string, { net: string; total: string; taxes: readonly Record<string, string>[] }>>;
}

const cases = readCases<DocumentCase>("rating/documents");
const months = ["2026-10", "2026-11"];
const by = { by: "test" };
const payerOf = (index: number): string => `payer-${index + 10}`;

let on: FinalizingStore;

beforeAll(async () => {
  on = await openFinalizingStore();
  await on.writeShapes([{ shape: 7n, offering: "small", zone: "z" }]);
  await on.profiles.issuers.put({ id: "house", legal_name: "House of Cloud BV", address: { country: "NL" } }, by);
  await on.writeAccounts(
    cases.map(({ given }, index) => ({
      account_id: payerOf(index),
      currency: given.currency,
      time_zone: "Europe/Amsterdam",
      rate_card_id: payerOf(index),
    })),
  );
  for (const [index, { given }] of cases.entries()) {
    const { currency, charges = [], tariffs, profile, rates } = given;
    await on.putCard(tariffsOf({ tariffs, currency }), payerOf(index), currency, charges);
    await on.profiles.billing.put({ ...profile, account_id: payerOf(index) }, by);
    for (const rate of rates) await on.profiles.taxRates.put(rate, by);
  }
  for (const [index, { given }] of cases.entries())
    for (const step of given.course) await walk(on, step, [{ payer: payerOf(index), closes: true }]);
  for (const period of months) await on.rate(period);
}, 300_000);
afterAll(() => on.close());

/** What a case says of a statement, of the statement. */
function told({ net, total, taxes }: Statement, wanted: DocumentCase["then"][string]): unknown {
  return {
    net,
    total,
    taxes: taxes.map((tax, index) =>
      Object.fromEntries(Object.keys(wanted.taxes[index] ?? tax).map((name) => [name, tax[name as keyof typeof tax]])),
    ),
  };
}

const drafts = new Map<string, Statement>();

test.each(cases.map((golden, index) => [golden.why, index] as const))("draft: %s", async (_why, index) => {
  for (const [period, wanted] of Object.entries(cases[index]?.then ?? {})) {
    const [draft] = await on.of(period, payerOf(index));
    if (draft === undefined) throw new Error(`there is a draft of ${period}`);
    drafts.set(draft.id, draft);
    expect(draft).toMatchObject({ state: "draft", number: null });
    expect(told(draft, wanted)).toEqual(wanted);
  }
});

test("all that was closed becomes final at once, each with its number, without gaps", async () => {
  const numbers: string[] = [];
  for (const period of months) {
    const { made, refused } = await on.finalize(period);
    expect(refused).toEqual([]);
    numbers.push(...made.map(({ number }) => number));
  }
  expect(numbers).toEqual(numbers.map((_number, index) => `2026-${String(index + 1).padStart(6, "0")}`));
  expect(numbers.length).toBe(cases.flatMap(({ then }) => Object.keys(then)).length);
});

test.each(cases.map((golden, index) => [golden.why, index] as const))("final: %s", async (_why, index) => {
  for (const [period, wanted] of Object.entries(cases[index]?.then ?? {})) {
    const [final] = await on.of(period, payerOf(index));
    if (final === undefined) throw new Error(`there is a document of ${period}`);
    expect(told(final, wanted)).toEqual(wanted);
    expect(final.payable).toBe(wanted.total);
    // what was a draft is what became final
    const { number, state, issued_on, due_on } = final;
    expect({ ...drafts.get(final.id), number, state, issued_on, due_on }).toEqual(final);
    expect(state).toBe("final");
  }
});

test("the tax of every document is that of the same model outside the engine", async () => {
  const rates = layRates((await on.profiles.taxRates.list()).map((rate) => ({ ...rate })));
  for (const period of months) {
    for (const statement of await on.statements.list({ period, limit: 100 })) {
      const { customer, currency, lines, taxes } = statement;
      const payer = {
        rule: customer?.tax.rule ?? "standard",
        country: customer?.address.country ?? "",
        region: customer?.address.region ?? "",
      };
      const decimals = minorUnit(currency);
      const twin = taxStatement(lines, { payer, period, currency, rates });
      expect(
        twin.map((tax) => [
          tax.tax_rate_id,
          tax.period,
          formatFixed(tax.net, decimals),
          formatFixed(tax.amount, decimals),
        ]),
      ).toEqual(taxes.map((tax) => [tax.tax_rate_id, tax.period, formatFixed(dec(tax.net), decimals), tax.amount]));
    }
  }
});
