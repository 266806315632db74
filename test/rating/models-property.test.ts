// Random tariffs of every model over random records: the engine, the one-record twin and the price of the total agree to the last digit.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { monthBounds } from "../../core/calendar.ts";
import { allocate } from "../../core/decimal.ts";
import { rateQuantity, type Tariff, type TariffInput, unitBase } from "../../rating/index.ts";
import { openRatingStore, type RatingStore, type UsageRow } from "./rating-store.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CARDS = 40;
const RECORDS = 10_000;
const SEED = 61;
const period = "2026-11";
const { start, end } = monthBounds({ zone: "Europe/Amsterdam", month: period });

const rate = fc
  .tuple(fc.integer({ min: 0, max: 999 }), fc.stringMatching(/^\d{1,12}$/))
  .map(([whole, fraction]) => `${whole}.${fraction}`);
const tiers = fc.uniqueArray(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 4 }).chain((borders) =>
  fc.array(rate, { minLength: borders.length + 1, maxLength: borders.length + 1 }).map((rates) => {
    const rising = borders.toSorted((a, b) => a - b).map(String);
    return rates.map((of, index) => ({ up_to: rising[index] ?? null, rate: of }));
  }),
);
const price: fc.Arbitrary<Partial<TariffInput> & Pick<TariffInput, "model">> = fc.oneof(
  rate.map((of) => ({ model: "per_unit" as const, rate: of })),
  tiers.map((of) => ({ model: "graduated" as const, tiers: of })),
  tiers.map((of) => ({ model: "volume" as const, tiers: of })),
  fc
    .record({ rate, size: fc.integer({ min: 1, max: 50 }) })
    .map(({ rate: of, size }) => ({ model: "package" as const, rate: of, package_size: `${size}` })),
);
const tariffs = fc.record({
  price,
  unit: fc.constantFrom("hour" as const, "month" as const),
  included: fc.constantFrom("0", "0", "7", "300"),
});

const usage = fc.record({
  card: fc.integer({ min: 0, max: CARDS - 1 }),
  day: fc.integer({ min: 0, max: 29 }),
  ms: fc.oneof(fc.constant(0), fc.constant(DAY_MS), fc.integer({ min: 0, max: DAY_MS })),
});

interface Sum {
  readonly account_id: string;
  readonly amount: string;
}
let on: RatingStore;
const cards: Tariff[] = [];
const used = new Map<string, bigint>();
const nano = (decimal: string): bigint => BigInt(decimal.replace(".", ""));
const baseOf = ({ unit }: Tariff): bigint => unitBase(unit, BigInt(end - start));
const sumOf = (parts: readonly { readonly amount: string }[]): bigint =>
  parts.reduce((sum, { amount }) => sum + nano(amount), 0n);

/** Accounts by card: d and h used the same, d in windows of a day, h of hours; p and q share the use of d in a pool that d pays for. */
beforeAll(async () => {
  on = await openRatingStore();
  const random = fc.sample(tariffs, { seed: SEED, numRuns: CARDS });
  for (const [index, { price: of, unit, included }] of random.entries()) {
    const tariff = { tariff_id: "t", name: "t", usage_type: 1, unit, included, ...of } as TariffInput;
    const { tariffs: kept } = await on.putCard([tariff], `card-${index}`);
    await on.putCard([{ ...tariff, pooled: true }], `pool-${index}`);
    if (kept[0] !== undefined) cards.push(kept[0]);
    await on.writeAccounts(["d", "h", "p", "q"].map((name) => accountOf(name, index)));
  }
  const rows: UsageRow[] = [];
  for (const [index, { card, day, ms }] of fc.sample(usage, { seed: SEED, numRuns: RECORDS }).entries()) {
    const resource = `r${index}`;
    const from = start + day * DAY_MS;
    const row = (name: string, start_ms: number, end_ms: number, quantity: number): void => {
      const account_id = `${name}${card}`;
      rows.push({ account_id, usage_type: 1, resource, start_ms, end_ms, quantity: BigInt(quantity) });
      used.set(account_id, (used.get(account_id) ?? 0n) + BigInt(quantity));
    };
    row("d", from, from + DAY_MS, ms);
    row(index % 3 === 0 ? "p" : "q", from, from + DAY_MS, ms);
    for (let hour = 0; hour * HOUR_MS < Math.max(ms, 1); hour += 1)
      row("h", from + hour * HOUR_MS, from + (hour + 1) * HOUR_MS, Math.min(HOUR_MS, ms - hour * HOUR_MS));
  }
  await on.writeUsage(rows);
  await on.publishUsage(1);
  await on.rate(period);
}, 180_000);
afterAll(() => on.close());

function accountOf(name: string, card: number): { account_id: string; payer: string; rate_card_id: string } {
  const pooled = name === "p" || name === "q";
  return {
    account_id: `${name}${card}`,
    payer: `${pooled ? "p" : name}${card}`,
    rate_card_id: `${pooled ? "pool" : "card"}-${card}`,
  };
}

test("each record is what the twin makes of it, whatever the model", async () => {
  const billed = await on.rows<{ account_id: string; tier: number; amount: string; quantity: string }>(
    `SELECT account_id, tier, amount, quantity FROM billing_record WHERE startsWith(account_id, 'd')
     ORDER BY account_id, part_start, billing_record.usage_record_id, tier`,
  );
  const records = await on.rows<{ account_id: string; quantity: string }>(
    `SELECT account_id, quantity FROM usage_truth(as_of = 1, from_ms = ${start}, to_ms = ${end}) WHERE startsWith(account_id, 'd')
     ORDER BY account_id, window_start, usage_record_id`,
  );
  expect(records).toHaveLength(RECORDS);
  const reached = new Map<string, bigint>();
  const expected = records.flatMap(({ account_id, quantity }) => {
    const tariff = cards[Number(account_id.slice(1))];
    if (tariff === undefined) throw new Error(account_id);
    const from = reached.get(account_id) ?? 0n;
    const to = from + BigInt(quantity);
    reached.set(account_id, to);
    const deal = { tariff, unit_base: baseOf(tariff), from, to, total: used.get(account_id) ?? 0n };
    return rateQuantity(deal).map(({ tier, amount, from: c0, to: c1 }) => ({
      account_id,
      tier,
      amount,
      quantity: (c1 - c0).toString(),
    }));
  });
  expect(billed).toEqual(expected);
  expect(new Set(cards.map(({ model }) => model)).size).toBe(4);
});

test("P10: by day and by hour, records add up to the price of the total, and none is below zero", async () => {
  const sums = await sumsOf("'d', 'h'");
  expect(sums).toHaveLength(2 * CARDS);
  for (const { account_id, amount } of sums) {
    const tariff = cards[Number(account_id.slice(1))];
    if (tariff === undefined) throw new Error(account_id);
    const whole = rateQuantity({ tariff, unit_base: baseOf(tariff), from: 0n, to: used.get(account_id) ?? 0n });
    expect([account_id, nano(amount)]).toEqual([account_id, sumOf(whole)]);
  }
  expect(await on.rows("SELECT 1 FROM billing_record WHERE amount < 0 LIMIT 1")).toEqual([]);
});

test("P10: what a pool costs is the price of all its use, shared by use", async () => {
  const sums = new Map((await sumsOf("'p', 'q'")).map(({ account_id, amount }) => [account_id, nano(amount)]));
  for (const [card, tariff] of cards.entries()) {
    const members = [`p${card}`, `q${card}`];
    const uses = members.map((member) => used.get(member) ?? 0n);
    const total = uses.reduce((sum, of) => sum + of, 0n);
    const cost = sumOf(rateQuantity({ tariff, unit_base: baseOf(tariff), from: 0n, to: total }));
    expect(members.map((member) => sums.get(member) ?? 0n)).toEqual(allocate(cost, uses));
  }
});

test("a preview by sums comes to the same lines as rating by records", async () => {
  const { by_records, by_sums } = await on.bothLines(period);
  expect(by_sums).toEqual(by_records);
  expect(by_sums.length).toBeGreaterThan(4 * CARDS);
});

const sumsOf = (names: string): Promise<Sum[]> =>
  on.rows<Sum>(
    `SELECT account_id, sum(amount) AS amount FROM billing_record WHERE substring(account_id, 1, 1) IN (${names})
     GROUP BY account_id ORDER BY account_id`,
  );
