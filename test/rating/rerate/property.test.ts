// Random cards, use and changes of both: what re-ratings keep adds up, and the bill they come to is the one a rating from nothing comes to.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatInstant, instant } from "../../../core/instant.ts";
import type { Run } from "../../../core/runs.ts";
import type { RateCardInput, RateRequest, StatementLine, TariffInput } from "../../../rating/index.ts";
import { keepDifference } from "../../../rating/rerate/keep-difference.ts";
import { openRatingStore, type RatingStore, type UsageRow } from "../rating-store.ts";

const SEED = 20;
const PAYERS = 24;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const period = "2026-10";
const start_ms = Date.UTC(2026, 9, 1);
const offerings = ["small", "medium", "large"];

const rate = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.stringMatching(/^\d{1,12}$/))
  .map(([whole, fraction]) => `${whole}.${fraction}`);
const tiers = fc.tuple(fc.integer({ min: 1, max: 150 }), rate, rate).map(([border, low, high]) => [
  { up_to: `${border}`, rate: low },
  { up_to: null, rate: high },
]);
type Price = Partial<TariffInput> & Pick<TariffInput, "model">;
const price: fc.Arbitrary<Price> = fc.oneof(
  rate.map((of) => ({ model: "per_unit" as const, rate: of })),
  rate.map((of) => ({ model: "per_unit" as const, rate: of, condition: 'offering != "medium"' })),
  rate.map((of) => ({ model: "package" as const, rate: of, package_size: "7" })),
  tiers.map((of) => ({ model: "graduated" as const, tiers: of })),
  tiers.map((of) => ({ model: "graduated" as const, tiers: of, included: "20", pooled: true })),
  tiers.map((of) => ({ model: "volume" as const, tiers: of })),
  fc.tuple(rate, rate).map(([of, by_day]) => ({
    model: "per_unit" as const,
    rate: of,
    bands: [{ name: "day", from: "07:00", to: "19:00", rate: by_day }],
  })),
  rate.map((of) => ({
    model: "per_unit" as const,
    matrix: { attribute: "offering", values: [{ value: "small", rate: of }] },
  })),
);
const use = fc.record({
  day: fc.integer({ min: 0, max: 30 }),
  hour: fc.integer({ min: 0, max: 12 }),
  length_ms: fc.integer({ min: 1, max: 12 * HOUR_MS }),
  shape: fc.integer({ min: 1, max: offerings.length }),
  member: fc.boolean(),
});
type Use = typeof use extends fc.Arbitrary<infer U> ? U : never;
/** What one rating stands on: prices from an instant on, a currency, use by resource. */
const turn = fc.record({
  price,
  dollars: price,
  care: fc.option(rate, { nil: undefined }),
  from_hour: fc.option(fc.integer({ min: 1, max: 743 }), { nil: undefined }),
  currency: fc.constantFrom("EUR", "EUR", "USD"),
  /** By place: what is heard of it now; null = it was nothing. */
  uses: fc.array(fc.option(use, { freq: 4 }), { minLength: 12, maxLength: 20 }),
  /** Which of the places are heard of anew. */
  heard: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
});
const turns = fc.array(turn, { minLength: 3, maxLength: 3 });
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

let on: RatingStore;
const sumsOf: Record<string, bigint>[] = [];
const runs: Run[] = [];

const tariffsOf = ({ price: euros, dollars, care }: Turn): TariffInput[] => {
  const vm = { name: "vm", usage_type: 1, unit: "hour" as const };
  return [
    { ...vm, tariff_id: "eur", currency: "EUR", ...euros },
    { ...vm, tariff_id: "usd", currency: "USD", ...dollars },
    ...(care === undefined
      ? []
      : [{ ...vm, tariff_id: "care", component: "care", currency: "EUR", model: "per_unit" as const, rate: care }]),
  ];
};
const cardOf = (one: Turn, index: number): RateCardInput => ({
  name: "c",
  currency: "EUR",
  tariffs: tariffsOf(one),
  ...(one.from_hour === undefined || index === 0
    ? {}
    : { valid_from: formatInstant(instant(start_ms + one.from_hour * HOUR_MS)) }),
});

function rowOf(payer: string, place: number, { day, hour, length_ms, shape, member }: Use): UsageRow {
  const opens = start_ms + day * DAY_MS;
  const from = opens + hour * HOUR_MS;
  const quantity = BigInt(length_ms);
  return {
    account_id: member ? `${payer}-member` : payer,
    usage_type: 1,
    resource: `r${place}`,
    shape: BigInt(shape),
    start_ms: opens,
    end_ms: opens + DAY_MS,
    quantity,
    slices: [[from, from + length_ms, quantity]],
  };
}

/** Both accounts of a payer, in the currency of a turn. */
const writeAccounts = (payer: string, { currency }: Turn, version: number) =>
  on.writeAccounts(
    [payer, `${payer}-member`].map((account_id) => ({
      account_id,
      payer,
      currency,
      version,
      time_zone: "UTC",
      rate_card_id: payer,
    })),
  );

const readSums = async (from: string): Promise<Record<string, bigint>> => {
  const rows = await on.rows<{ key: string; amount: string }>(
    `SELECT concat(account_id, ' ', currency) AS key, toString(reinterpret(sum(amount), 'Int128')) AS amount FROM ${from} GROUP BY key`,
  );
  const sums = rows.map(({ key, amount }): [string, bigint] => [key, BigInt(amount)]);
  return Object.fromEntries(sums.filter(([, amount]) => amount !== 0n));
};

/** Before a run compares, it is compared in many small parts; what that came to is remembered, and gone when the run does it itself. */
const partRows: Record<string, unknown>[] = [];
let partRun: Run | null = null;
const readRows = (run_seq: string) =>
  on.rows<Record<string, unknown>>(`SELECT * FROM rerated_record WHERE run_seq = ${run_seq} ORDER BY ALL`);
const inParts: Partial<RateRequest> = {
  began: (run) => (partRun = run),
  look: async ({ run_seq }) => {
    const [former] = runs.slice(-1);
    if (partRun === null || former === undefined) throw new Error("a run before, and one that goes on");
    await keepDifference(on, { run: partRun, former, slice_records: 50 });
    partRows.push(...(await readRows(run_seq)));
    for (const table of ["rerated_record", "rerated_account"])
      await on.command(`ALTER TABLE ${table} DROP PARTITION ('${period}', ${run_seq})`);
  },
};

/** What payers are told in each turn, and what those who only come to be in the last turn are told at once. */
beforeAll(async () => {
  on = await openRatingStore();
  await on.writeShapes(offerings.map((offering, index) => ({ shape: BigInt(index + 1), offering, zone: "z1" })));
  const stories = fc.sample(turns, { seed: SEED, numRuns: PAYERS });
  const known = stories.map(() => new Map<number, Use>());
  for (let index = 0; index < 3; index += 1) {
    const run_seq = index * 1000 + 1;
    for (const [number, story] of stories.entries()) {
      const payer = `told-${number}`;
      const one = story[index];
      if (one === undefined) throw new Error("three turns");
      await writeAccounts(payer, one, index + 1);
      await on.rateCards.put(payer, cardOf(one, index), "test");
      const uses = known[number] ?? new Map<number, Use>();
      const rows: UsageRow[] = [];
      for (const [place, heard] of one.uses.entries()) {
        if (index > 0 && one.heard[place] !== true) continue;
        const former = uses.get(place);
        if (former !== undefined) rows.push({ ...rowOf(payer, place, former), sign: -1, run_seq });
        if (heard !== null) rows.push({ ...rowOf(payer, place, heard), run_seq });
        if (heard === null) uses.delete(place);
        else uses.set(place, heard);
      }
      if (index === 2) {
        const twin = `twin-${number}`;
        await writeAccounts(twin, one, 1);
        for (const [at, each] of story.entries()) await on.rateCards.put(twin, cardOf(each, at), "test");
        rows.push(...[...uses].map(([place, of]) => ({ ...rowOf(twin, place, of), run_seq })));
      }
      await on.writeUsage(rows);
    }
    await on.publishUsage(run_seq);
    const { run } = await on.rate(
      period,
      index === 0 ? {} : { reason: `turn ${index}`, ...(index === 2 ? inParts : {}) },
    );
    runs.push(run);
    sumsOf.push(await readSums(`billing_record WHERE run_seq = ${run.seq}`));
  }
}, 300_000);
afterAll(() => on.close());

test.each([1, 2])(
  "turn %i: before + reversals + new = after, for each account and currency, to the last digit",
  async (turned) => {
    const run = runs[turned];
    expect(run?.state).toBe("published");
    const kept = await readSums(`rerated_record WHERE run_seq = ${run?.seq}`);
    const before = sumsOf[turned - 1] ?? {};
    const expected = Object.fromEntries(
      [...new Set([...Object.keys(before), ...Object.keys(kept)])]
        .map((key): [string, bigint] => [key, (before[key] ?? 0n) + (kept[key] ?? 0n)])
        .filter(([, amount]) => amount !== 0n),
    );
    expect(expected).toEqual(sumsOf[turned]);
    expect(Object.keys(kept).length).toBeGreaterThan(PAYERS);
    // All the ways a record can differ are among them.
    const [ways] = await on.rows<Record<string, string>>(
      `SELECT countIf(entry = 'new' AND reversal_id = '') AS added, countIf(entry = 'reversal' AND reversal_id NOT IN (
         SELECT reversal_id FROM rerated_record WHERE run_seq = ${run?.seq} AND entry = 'new')) AS removed,
         countIf(entry = 'new' AND state = 'unrated') AS unrated, uniqExact(currency) AS currencies
       FROM rerated_record WHERE run_seq = ${run?.seq}`,
    );
    for (const way of ["added", "removed", "unrated"]) expect(Number(ways?.[way]), way).toBeGreaterThan(0);
    expect(ways?.["currencies"]).toBe("2");
  },
);

test("compared in many small parts, two runs differ in the same", async () => {
  expect(partRows.length).toBeGreaterThan(100);
  expect(partRows).toEqual(await readRows(String(runs[2]?.seq)));
});

test("nothing is kept of a record that both runs say alike, and each that differs is in once", async () => {
  const [former, last] = [runs[1]?.seq, runs[2]?.seq];
  const said = "usage_record_id, part_start, tier, component, tariff_id, payer_account_id, currency, quantity, amount";
  const differing = await on.rows<{ n: string }>(
    `SELECT count() AS n FROM (
       SELECT ${said} FROM (SELECT ${said} FROM billing_record WHERE run_seq = ${former} EXCEPT SELECT ${said} FROM billing_record WHERE run_seq = ${last})
       UNION ALL SELECT ${said} FROM (SELECT ${said} FROM billing_record WHERE run_seq = ${last} EXCEPT SELECT ${said} FROM billing_record WHERE run_seq = ${former}))`,
  );
  expect(await on.rows(`SELECT count() AS n FROM rerated_record WHERE run_seq = ${last}`)).toEqual(differing);
  const all = await on.rows<{ n: string }>(`SELECT count() AS n FROM billing_record WHERE run_seq = ${last}`);
  expect(Number(differing[0]?.n)).toBeLessThan(2 * Number(all[0]?.n));
});

test("the bill of who was rated again and again is that of who was rated once, with what holds now", async () => {
  const linesOf = async (payer_account_id: string): Promise<Omit<StatementLine, "line">[]> => {
    const [statement] = await on.statements.list({ period, payer_account_id, limit: 1 });
    return (statement?.lines ?? []).map((line) => ({
      ...line,
      account_id: line.account_id.replace(payer_account_id, "payer"),
    }));
  };
  let lines = 0;
  for (let number = 0; number < PAYERS; number += 1) {
    const told = await linesOf(`told-${number}`);
    expect(told).toEqual(await linesOf(`twin-${number}`));
    lines += told.length;
  }
  expect(lines).toBeGreaterThan(PAYERS * 2);
});
