import { afterAll, beforeAll, expect, test } from "vitest";
import type { Statement } from "../../../rating/index.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";
import { closedCases, tariffsOf, walk } from "./closed-case.ts";

const cases = closedCases();
const months = ["2026-09", "2026-10", "2026-11", "2026-12", "2027-01"];
let on: RatingStore;
/** All statements, by month and payer. */
let found: Map<string, Statement>;

const payerOf = (index: number): string => `case-${index}`;
/** The same use, and nothing is ever closed: what a month comes to in truth. */
const openOf = (index: number): string => `open-${index}`;

beforeAll(async () => {
  on = await openRatingStore();
  await on.writeShapes([{ shape: 7n, offering: "small", zone: "z" }]);
  for (const [index, { given }] of cases.entries()) {
    const { currency = "EUR", tariffs, charges = [] } = given;
    await on.putCard(tariffsOf({ tariffs, currency }), payerOf(index), currency, charges);
    const of = { currency, time_zone: "Europe/Amsterdam", rate_card_id: payerOf(index) };
    // there from September on, so that charges are those of months with use
    const changed_ms = Date.UTC(2026, 8, 15);
    await on.writeAccounts([
      { account_id: payerOf(index), ...of, changed_ms },
      { account_id: openOf(index), ...of, changed_ms },
    ]);
  }
  const longest = Math.max(...cases.map(({ given }) => given.course.length));
  for (let place = 0; place < longest; place += 1) {
    for (const [index, { given }] of cases.entries()) {
      const step = given.course[place];
      if (step === undefined) continue;
      await walk(on, step, [
        { payer: payerOf(index), closes: true },
        { payer: openOf(index), closes: false },
      ]);
    }
  }
  for (const period of months) await on.rate(period);
  found = new Map((await all()).map((statement) => [`${statement.period}/${statement.payer_account_id}`, statement]));
}, 300_000);
afterAll(() => on.close());

function statementOf(period: string, payer_account_id: string): Statement | undefined {
  return found.get(`${period}/${payer_account_id}`);
}

test.each(cases.map((golden, index) => ({ ...golden, index })))("$why", ({ then, given, index }) => {
  const charged = (given.charges ?? []).length > 0;
  for (const period of months) {
    const statement = statementOf(period, payerOf(index));
    const expected = then[period];
    // charges are due in months without use, too; those are not what a case is about
    if (expected === undefined && charged) continue;
    expect(statement?.net, period).toBe(expected?.net);
    if (expected?.lines === undefined) continue;
    const asText = (statement?.lines ?? []).map(({ adjusts, charge: _charge, ...line }) =>
      Object.fromEntries(
        Object.entries({ ...line, period: adjusts?.period, original: adjusts?.line, of: adjusts?.kind }).map(
          ([name, value]) => [name, String(value)],
        ),
      ),
    );
    expect(asText, period).toEqual(expected.lines.map((line) => expect.objectContaining(line) as unknown));
  }
});

test.each(cases.map(({ why }, index) => ({ why, index })))(
  "what was billed for a month and its corrections is that month in truth: $why",
  ({ index }) => {
    const billed = new Map<string, number[]>();
    const add = (period: string, { amount, exact_amount }: { amount: string; exact_amount: string }): void => {
      const [sum = 0, exact = 0] = billed.get(period) ?? [];
      billed.set(period, [sum + Math.round(Number(amount) * 100), exact + Math.round(Number(exact_amount) * 1e6)]);
    };
    for (const period of months) {
      const statement = statementOf(period, payerOf(index));
      for (const line of statement?.lines ?? []) add(line.adjusts?.period ?? period, line);
    }
    const truth = new Map<string, number[]>();
    for (const period of months) {
      const statement = statementOf(period, openOf(index));
      expect(statement?.lines.some(({ kind }) => kind === "adjustment") ?? false).toBe(false);
      const sum = (read: (line: Statement["lines"][number]) => string, scale: number): number =>
        (statement?.lines ?? []).reduce((all, line) => all + Math.round(Number(read(line)) * scale), 0);
      if (statement !== undefined)
        truth.set(period, [sum(({ amount }) => amount, 100), sum(({ exact_amount }) => exact_amount, 1e6)]);
    }
    for (const period of months) expect(billed.get(period) ?? [0, 0], period).toEqual(truth.get(period) ?? [0, 0]);
  },
);

test("statements keep their bytes however often and in whatever order months are rated again", async () => {
  const before = JSON.stringify(await all());
  for (const period of months.toReversed())
    expect((await on.rate(period, { force: true })).run.state).toBe("published");
  expect(JSON.stringify(await all())).toBe(before);
}, 300_000);

async function all(): Promise<Statement[]> {
  const statements: Statement[] = [];
  for (const period of months) statements.push(...(await on.statements.list({ period, limit: 1000 })));
  return statements;
}
