// Random use, late facts, retractions and closings over random prices and charges: whatever was closed when, what was billed for a month
// and all its corrections are that month in truth, line by line; and what was billed once keeps its bytes.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Dec, dec } from "../../../core/decimal.ts";
import type { ChargeInput, Statement, TariffInput } from "../../../rating/index.ts";
import { propertyRuns } from "../../property/property-runs.ts";
import { openRatingStore, type RatingStore, type UsageRow } from "../rating-store.ts";
import { nextSeq } from "./closed-case.ts";
import { createMovingGroups, movingLivesOf, twinOf } from "./moving-lives.ts";

const PAYERS = propertyRuns({ byDefault: 24, share: 0.1 });
const ROUNDS = 4;
const SEED = 20261122;
const GROUPS = propertyRuns({ byDefault: 10, share: 0.05 });
const months = ["2026-09", "2026-10", "2026-11", "2026-12", "2027-01"];
/** Rated once all is closed: what came last to payers who had closed all others. */
const LAST = "2027-01";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const head = { name: "t", currency: "EUR", unit: "hour" } as const;
const tiers = [
  { up_to: "30", rate: "0.1111" },
  { up_to: null, rate: "0.0707" },
];
const prices = (usage_type: number): fc.Arbitrary<TariffInput> =>
  fc.constantFrom<TariffInput>(
    { ...head, tariff_id: `t${usage_type}`, usage_type, model: "per_unit", rate: "0.0371" },
    { ...head, tariff_id: `t${usage_type}`, usage_type, model: "graduated", tiers },
    { ...head, tariff_id: `t${usage_type}`, usage_type, model: "volume", tiers, included: "3" },
    { ...head, tariff_id: `t${usage_type}`, usage_type, model: "package", package_size: "7", rate: "0.9" },
    { ...head, tariff_id: `t${usage_type}`, usage_type, model: "graduated", tiers, pooled: true },
  );
const charges = fc.constantFrom<ChargeInput[]>(
  [],
  [{ charge_id: "floor", name: "floor", kind: "minimum", scope: "payer", amount: "6" }],
  [{ charge_id: "lid", name: "lid", kind: "cap", amount: "4" }],
  [
    { charge_id: "fee", name: "fee", kind: "flat", amount: "1.25" },
    { charge_id: "off", name: "off", kind: "discount_percent", percent: "12.5" },
  ],
  [
    { charge_id: "given", name: "given", kind: "discount_amount", scope: "payer", amount: "2" },
    { charge_id: "more", name: "more", kind: "percentage", percent: "7", components: ["base"] },
  ],
);
interface Deed {
  readonly month: number;
  readonly day: number;
  readonly other: boolean;
  readonly usage_type: number;
  readonly minutes: number;
  /** Takes an earlier record back instead, where there is one. */
  readonly back: boolean;
}
const deed: fc.Arbitrary<Deed> = fc.record({
  month: fc.integer({ min: 0, max: 2 }),
  day: fc.integer({ min: 2, max: 26 }),
  other: fc.boolean(),
  usage_type: fc.integer({ min: 1, max: 2 }),
  minutes: fc.integer({ min: 1, max: 1400 }),
  back: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
});
const life = fc.record({
  tariffs: fc.tuple(prices(1), prices(2)),
  charges,
  rounds: fc.array(fc.record({ deeds: fc.array(deed, { maxLength: 4 }), closes: fc.boolean() }), {
    minLength: ROUNDS,
    maxLength: ROUNDS,
  }),
});
const lives = fc.sample(life, { numRuns: PAYERS, seed: SEED });

let on: RatingStore;
let moving: Awaited<ReturnType<typeof createMovingGroups>>;
/** Statements of closed months, as they were first rated after it. */
const billed = new Map<string, string>();
const payerOf = (index: number): string => `p${index}`;
const openOf = (index: number): string => `open${index}`;

beforeAll(async () => {
  on = await openRatingStore();
  await on.writeShapes([{ shape: 7n, offering: "small", zone: "z" }]);
  for (const [index, { tariffs, charges: of }] of lives.entries()) await on.putCard(tariffs, payerOf(index), "EUR", of);
  await on.writeAccounts(
    lives.flatMap((_life, index) =>
      [payerOf(index), openOf(index)].flatMap((payer) =>
        [payer, `${payer}-b`].map((account_id) => ({
          account_id,
          payer,
          time_zone: "UTC",
          rate_card_id: payerOf(index),
          changed_ms: Date.UTC(2026, 7, 1),
        })),
      ),
    ),
  );
  moving = await createMovingGroups(on, movingLivesOf(GROUPS, SEED));
  const standing = lives.map((): UsageRow[] => []);
  const closed = lives.map(() => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const run_seq = await nextSeq(on);
    const rows = lives.flatMap(({ rounds }, index) =>
      (rounds[round]?.deeds ?? []).flatMap((done, no) =>
        rowOf(done, `r${round}-${no}`, standing[index] ?? []).flatMap((row) =>
          [payerOf(index), openOf(index)].map((payer) => ({
            ...row,
            run_seq,
            account_id: `${payer}${row.account_id}`,
          })),
        ),
      ),
    );
    await on.writeUsage(rows);
    await on.publishUsage(
      run_seq,
      rows.map(({ start_ms }) => start_ms),
    );
    on.clock.advance(1);
    for (const [index, { rounds }] of lives.entries()) {
      const period = months[closed[index] ?? 0];
      if (rounds[round]?.closes !== true || period === undefined || period > "2026-11") continue;
      const payer = payerOf(index);
      const seq = await nextSeq(on);
      const closing = { run_seq: seq, payer, accounts: [payer, `${payer}-b`], period, closed_ms: on.clock.now() };
      await on.closeMonth({ ...closing, time_zone: "UTC" });
      closed[index] = (closed[index] ?? 0) + 1;
    }
    await moving.round(round);
    // what accounts that move used is then on statements that nothing can change any more, or it is nobody's
    if (round === ROUNDS - 1) await moving.closeAll();
    // in some rounds later months are rated first, and in one nothing is
    const told = months.filter((period) => period !== LAST || round === ROUNDS - 1);
    const order = round === 1 ? [] : round % 2 === 0 ? told : told.toReversed();
    for (const period of order) {
      await on.rate(period);
      await keepBilled(period, closed);
    }
  }
}, 600_000);
afterAll(() => on.close());

function rowOf(
  { month, day, other, usage_type, minutes, back }: Deed,
  resource: string,
  standing: UsageRow[],
): UsageRow[] {
  const former = back ? standing.pop() : undefined;
  if (former !== undefined) return [{ ...former, sign: -1 }];
  const start_ms = Date.UTC(2026, 8 + month, day);
  const row = {
    account_id: other ? "-b" : "",
    usage_type,
    resource,
    shape: 7n,
    start_ms,
    end_ms: start_ms + DAY_MS,
    quantity: BigInt(minutes) * 60000n,
    slices: [[start_ms, start_ms + minutes * 6e4, BigInt(minutes) * 60000n]] as const,
  };
  standing.push(row);
  return [row];
}

/** Remembers what closed months came to, and holds what is there to it. */
async function keepBilled(period: string, closed: readonly number[]): Promise<void> {
  for (const statement of await on.statements.list({ period, limit: 1000 })) {
    const payer = statement.payer_account_id;
    const own = closed[Number(/^p(\d+)$/.exec(payer)?.[1] ?? "-1")] ?? moving.closedBy(payer);
    if (months.indexOf(period) >= own) continue;
    const key = `${payer} ${period}`;
    const known = billed.get(key);
    if (known === undefined) billed.set(key, JSON.stringify(statement));
    else expect(JSON.stringify(statement), key).toBe(known);
  }
}

/** What each line of each month came to over all statements: quantity, exact and rounded. */
function sumsOf(statements: readonly Statement[]): Map<string, string[]> {
  const sums = new Map<string, Dec[]>();
  for (const { period, lines } of statements) {
    for (const line of lines) {
      const kind = line.adjusts?.kind ?? line.kind;
      const of = [
        line.adjusts?.period ?? period,
        kind,
        line.account_id.replace(/^(?:p|open|mover|twin)\d+/, ""),
        line.usage_type,
      ];
      const key = [...of, line.tariff_id, line.tier, line.component, line.description.split(" · ").at(-1)].join("/");
      const former = sums.get(key) ?? [new Dec(0), new Dec(0), new Dec(0)];
      // of a charge there is no quantity, but one line more or less
      const quantity = line.tariff_id === null ? "0" : line.base_quantity;
      const parts = [quantity, line.exact_amount, line.amount];
      sums.set(
        key,
        former.map((sum, place) => sum.plus(dec(parts[place] ?? "0"))),
      );
    }
  }
  return new Map(
    [...sums]
      .map(([key, parts]): [string, string[]] => [key, parts.map((part) => part.toFixed())])
      .filter(([, parts]) => parts.some((part) => part !== "0"))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

test("what was billed for a month and its corrections are that month in truth, line by line", async () => {
  const statements: Statement[] = [];
  for (const period of months) statements.push(...(await on.statements.list({ period, limit: 1000 })));
  const of = (payer: string): Statement[] => statements.filter(({ payer_account_id }) => payer_account_id === payer);
  for (const index of lives.keys())
    expect(sumsOf(of(payerOf(index))), payerOf(index)).toEqual(sumsOf(of(openOf(index))));
  // or nothing would have been shown
  const corrections = statements.flatMap(({ lines }) => lines.filter(({ adjusts }) => adjusts !== null));
  expect(new Set(corrections.map(({ adjusts }) => adjusts?.period)).size).toBeGreaterThan(1);
  expect(corrections.some(({ amount }) => amount.startsWith("-"))).toBe(true);
  expect(corrections.some(({ adjusts }) => adjusts?.line === null)).toBe(true);
});

test("each use of an account that goes from payer to payer is on exactly one closed statement, amid closings and late facts", async () => {
  const statements: Statement[] = [];
  for (const period of months) statements.push(...(await on.statements.list({ period, limit: 1000 })));
  const of = (account: string): Statement[] =>
    statements.map((one) => ({ ...one, lines: one.lines.filter(({ account_id }) => account_id === account) }));
  for (const mover of moving.movers) expect(sumsOf(of(mover)), mover).toEqual(sumsOf(of(twinOf(mover))));
  // by several payers, and some of it as corrections that no original has
  const billing = statements.filter(({ lines }) => lines.some(({ account_id }) => account_id.startsWith("mover")));
  expect(billing.every(({ payer_account_id: payer }) => moving.closedBy(payer) === months.length)).toBe(true);
  const payersOf = (mover: string) =>
    new Set(of(mover).flatMap(({ payer_account_id, lines }) => (lines.length > 0 ? [payer_account_id] : [])));
  expect(moving.movers.filter((mover) => payersOf(mover).size > 1).length).toBeGreaterThan(moving.movers.length / 10);
  const lines = billing.flatMap((one) => one.lines.filter(({ account_id }) => account_id.startsWith("mover")));
  expect(lines.some(({ adjusts }) => adjusts !== null && adjusts.line === null)).toBe(true);
});

test("what was billed once keeps its bytes, whatever comes later and however often it is rated", async () => {
  expect(billed.size).toBeGreaterThan(PAYERS / 2);
  for (const period of ["2026-11", "2026-10"]) {
    await on.rate(period, { force: true });
    await keepBilled(
      period,
      lives.map(({ rounds }) => rounds.filter(({ closes }) => closes).length),
    );
  }
}, 240_000);
