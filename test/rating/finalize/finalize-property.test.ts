// Random use, late facts, prices, charges, profiles, tax rates and closings: what becomes final is what was rated, its tax is that of the model
// outside the engine, sums add up, and numbers of each issuer have no gap; whatever is voided and issued again on the way.
import { afterAll, beforeAll, expect, test } from "vitest";
import { minorUnit } from "../../../core/currencies.ts";
import { Dec, dec, formatFixed } from "../../../core/decimal.ts";
import type { Statement } from "../../../rating/index.ts";
import { layRates } from "../../../rating/taxes/lay-rates.ts";
import { taxStatement } from "../../../rating/taxes/tax-statement.ts";
import { propertyRuns } from "../../property/property-runs.ts";
import { type FinalizingStore, openFinalizingStore } from "./finalizing-store.ts";
import { livesOf, liveMonths, months } from "./random-lives.ts";

const PAYERS = propertyRuns({ byDefault: 24, share: 0.1 });
const lives = livesOf(PAYERS, 20261122);

let on: FinalizingStore;
let drafts: Map<string, Statement>;
beforeAll(async () => {
  on = await openFinalizingStore();
  drafts = await liveMonths(on, lives);
}, 600_000);
afterAll(() => on.close());

async function all(): Promise<Statement[]> {
  const found: Statement[] = [];
  for (const period of months) found.push(...(await on.statements.list({ period, limit: 1000 })));
  return found;
}

test("all became final as it was rated", async () => {
  const found = await all();
  expect(found.filter(({ state }) => state === "draft")).toEqual([]);
  expect(drafts.size).toBeGreaterThan(PAYERS);
  for (const [id, draft] of drafts) {
    const final = found.find((one) => one.id === id);
    const { state, number, issued_on, due_on, void_by } = draft;
    expect({ ...final, state, number, issued_on, due_on, void_by }).toEqual(draft);
  }
});

test("lines add up to the net, net and taxes to the total, and each tax is that of the model outside the engine", async () => {
  const rates = layRates(await on.profiles.taxRates.list());
  const sum = (amounts: readonly string[]): Dec =>
    amounts.reduce((total, amount) => total.plus(dec(amount)), new Dec(0));
  const found = await all();
  for (const statement of found) {
    const { period, currency, customer, lines, net, taxes, total, payable } = statement;
    const decimals = minorUnit(currency);
    expect(net).toBe(formatFixed(sum(lines.map(({ amount }) => amount)), decimals));
    expect(total).toBe(formatFixed(sum([net, ...taxes.map(({ amount }) => amount)]), decimals));
    expect(payable).toBe(total);
    const payer = {
      rule: customer?.tax.rule ?? "",
      country: customer?.address.country ?? "",
      region: customer?.address.region ?? "",
    };
    const twin = taxStatement(lines, { payer, period, currency, rates });
    expect(taxes.map((tax) => [tax.tax_rate_id, tax.period, tax.net, tax.amount])).toEqual(
      twin.map((tax) => [
        tax.tax_rate_id,
        tax.period,
        formatFixed(tax.net, decimals),
        formatFixed(tax.amount, decimals),
      ]),
    );
  }
  // or nothing would have been shown
  const used = new Set(found.flatMap(({ taxes }) => taxes.map(({ tax_rate_id }) => tax_rate_id)));
  expect(used.size).toBeGreaterThan(6);
  expect(
    found.some(({ period, taxes }) => taxes.some((tax) => tax.period !== period && !tax.amount.startsWith("-"))),
  ).toBe(true);
});

test("a void statement and its credit note come to nothing, and what was issued again says the same", async () => {
  const found = await all();
  const byId = new Map(found.map((statement) => [statement.id, statement]));
  const notes = found.filter(({ kind }) => kind === "credit_note");
  expect(notes.length).toBeGreaterThan(2);
  for (const note of notes) {
    const original = byId.get(note.reverses ?? "");
    expect(original).toMatchObject({ state: "void", void_by: note.id });
    expect(
      dec(note.total)
        .plus(dec(original?.total ?? "1"))
        .isZero(),
    ).toBe(true);
    const again = found.find(({ replaces }) => replaces === original?.id);
    expect([again?.net, again?.taxes, again?.lines]).toEqual([original?.net, original?.taxes, original?.lines]);
  }
});

test("the numbers of each issuer run from 1 without a gap", async () => {
  const found = await all();
  const byIssuer = new Map<string, number[]>();
  for (const { issuer, number } of found) {
    const own = byIssuer.get(issuer?.id ?? "") ?? [];
    own.push(Number((number ?? "").split("/").at(-1)));
    byIssuer.set(issuer?.id ?? "", own);
  }
  expect([...byIssuer.keys()].toSorted()).toEqual(["default", "one", "two"]);
  for (const numbers of byIssuer.values())
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_number, index) => index + 1));
});
