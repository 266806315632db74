// Golden cases of accounts that go from payer to payer, worked by hand: each use is on one statement, of whoever the rule says.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChargeInput, Statement } from "../../../rating/index.ts";
import { readCases } from "../../read-cases.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";
import { type CourseUse, nextSeq, tariffsOf, walk } from "./closed-case.ts";

type MovedStep =
  | { readonly use: readonly CourseUse[] }
  | { readonly close: string; readonly by: string }
  | { readonly move: string };
interface MovedCase {
  readonly why: string;
  readonly worked: string;
  readonly given: {
    readonly tariffs: Parameters<typeof tariffsOf>[0]["tariffs"];
    readonly charges?: readonly ChargeInput[];
    readonly course: readonly MovedStep[];
  };
  readonly then: Readonly<Record<string, { readonly net: string; readonly lines?: readonly Record<string, string>[] }>>;
}

const cases = readCases<MovedCase>("rating/moved");
const months = ["2026-09", "2026-10", "2026-11", "2026-12"];
const time_zone = "Europe/Amsterdam";
let on: RatingStore;

beforeAll(async () => {
  on = await openRatingStore();
  await on.writeShapes([{ shape: 7n, offering: "small", zone: "z" }]);
  for (const [index, { given }] of cases.entries()) {
    const of = (name: string): string => `moved${index}-${name}`;
    const card = { rate_card_id: of("card"), time_zone };
    await on.putCard(tariffsOf({ tariffs: given.tariffs, currency: "EUR" }), of("card"), "EUR", given.charges);
    const there = { ...card, changed_ms: Date.UTC(2026, 8, 1) };
    await on.writeAccounts([
      ...["a", "b", "c"].map((name) => ({ account_id: of(name), ...there })),
      { account_id: of("x"), payer: of("a"), ...there },
    ]);
    let payer = "a";
    for (const [place, step] of given.course.entries()) {
      on.clock.advance(1);
      if ("use" in step) {
        const use = step.use.map(({ account = "x", ...used }) => ({ ...used, account }));
        await walk(on, { use }, [{ payer: `moved${index}`, closes: true }]);
      } else if ("close" in step) {
        const accounts = [of(step.by), ...(payer === step.by ? [of("x")] : [])];
        const closing = { payer: of(step.by), accounts, period: step.close, closed_ms: on.clock.now() };
        await on.closeMonth({ run_seq: await nextSeq(on), ...closing });
      } else {
        payer = step.move;
        const next = { payer: of(payer), version: place + 2, changed_ms: on.clock.now(), ...card };
        await on.writeAccounts([{ account_id: of("x"), ...next }]);
      }
    }
  }
  for (const period of months) await on.rate(period);
}, 300_000);
afterAll(() => on.close());

async function all(): Promise<Statement[]> {
  const statements: Statement[] = [];
  for (const period of months) statements.push(...(await on.statements.list({ period, limit: 1000 })));
  return statements;
}

test.each(cases.map((golden, index) => ({ ...golden, index })))("$why", async ({ then, index }) => {
  const own = `moved${index}-`;
  const found = (await all()).filter(({ payer_account_id }) => payer_account_id.startsWith(own));
  const named = (id: string): string => id.slice(own.length);
  const nets = found.map(({ period, payer_account_id, net }) => [`${period}/${named(payer_account_id)}`, net]);
  expect(Object.fromEntries(nets)).toEqual(
    Object.fromEntries(Object.entries(then).map(([key, { net }]) => [key, net])),
  );
  for (const statement of found) {
    const expected = then[`${statement.period}/${named(statement.payer_account_id)}`]?.lines;
    if (expected === undefined) continue;
    const asText = statement.lines.map(({ adjusts, charge: _charge, account_id, ...line }) => {
      const of = { account_id: named(account_id), period: adjusts?.period, original: adjusts?.line, of: adjusts?.kind };
      return Object.fromEntries(Object.entries({ ...line, ...of }).map(([name, value]) => [name, String(value)]));
    });
    expect(asText, statement.period).toEqual(expected.map((line) => expect.objectContaining(line) as unknown));
  }
});

test("statements keep their bytes in whatever order months are rated again", async () => {
  const before = JSON.stringify(await all());
  for (const period of months.toReversed()) await on.rate(period, { force: true });
  expect(JSON.stringify(await all())).toBe(before);
}, 300_000);
