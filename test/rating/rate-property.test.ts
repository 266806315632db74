// Thousands of random records under random tariffs: the engine's statement, the one-record twin and the oracle must agree to the last digit.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { monthBounds } from "../../core/calendar.ts";
import { rateQuantity, type Tariff, type TariffInput, type Unit, unitBase } from "../../rating/index.ts";
import { type OracleTariff, type OracleTier } from "../oracle/index.ts";
import { tierCharges } from "../oracle/price.ts";
import { openRatingStore, type RatingStore, type UsageRow } from "./rating-store.ts";

const HOUR_MS = 3_600_000;
const ACCOUNTS = 40;
const RECORDS = 4000;
const SEED = 20261001;

/** One month near the bounds, which takes 256 bits to price, and one of usual size, which takes 128. */
const months = [
  { period: "2026-10", accounts: "a", whole_digits: [0, 4, 8, 12], bytes_max: 10n ** 22n, integer: "Int256" },
  { period: "2026-11", accounts: "b", whole_digits: [0, 1, 2, 3], bytes_max: 2n ** 40n, integer: "Int128" },
] as const;
type Month = (typeof months)[number];

function boundsOf({ period }: Month): { start: number; end: number; month_ms: bigint } {
  const { start, end } = monthBounds({ zone: "Europe/Amsterdam", month: period });
  return { start, end, month_ms: BigInt(end - start) };
}

/** A unit of one each, or of a thousand, is cheaper than others may be. */
const digitsOf: Partial<Record<Unit, number>> = { each: 6, thousand: 9, unit_hour: 6 };

/** Rates of a month have so many digits before the point, as far as the unit lets them. */
const rates = ({ whole_digits }: Month, unit: Unit): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.bigInt({ min: 0n, max: 10n ** 12n - 1n }),
      fc.constantFrom(...whole_digits),
      fc.stringMatching(/^\d{1,12}$/),
    )
    .map(([whole, digits, fraction]) => `${whole % 10n ** BigInt(Math.min(digits, digitsOf[unit] ?? 12))}.${fraction}`);

const tiersAt = (rate: fc.Arbitrary<string>): fc.Arbitrary<OracleTier[]> =>
  fc.uniqueArray(fc.integer({ min: 1, max: 3000 }), { minLength: 0, maxLength: 6 }).chain((borders) =>
    fc.array(rate, { minLength: borders.length + 1, maxLength: borders.length + 1 }).map((list) => {
      const rising = borders.toSorted((a, b) => a - b).map(String);
      return list.map((of, index) => ({ up_to: rising[index] ?? null, rate: of }));
    }),
  );
const unitsOf: Readonly<Record<number, readonly Unit[]>> = {
  1: ["hour", "month"],
  2: ["hour", "month"],
  6: ["gib_hour", "gib_month"],
  4: ["gib"],
  21: ["each", "thousand", "million"],
  1003: ["unit_hour"],
};

const types = Object.keys(unitsOf).map(Number);

function randomTariff(month: Month, usage_type: number): fc.Arbitrary<TariffInput> {
  const head = { tariff_id: `t${usage_type}`, name: "t", usage_type, currency: "EUR" };
  return fc.constantFrom(...(unitsOf[usage_type] ?? [])).chain((unit) => {
    const rate = rates(month, unit);
    return fc.oneof(
      tiersAt(rate).map((tiers) => ({ ...head, unit, model: "graduated" as const, tiers })),
      rate.map((text) => ({ ...head, unit, model: "per_unit" as const, rate: text })),
    );
  });
}

/** Time, time × bytes, a count that has nothing to do with time, or time × up to seven sessions. */
function quantityOf(usage_type: number, { ms, bytes }: { ms: bigint; bytes: bigint }): bigint {
  if (usage_type === 6) return ms * bytes;
  if (usage_type === 1003) return ms * (bytes % 8n);
  return usage_type === 4 || usage_type === 21 ? bytes % 2n ** 63n : ms;
}

const randomUsage = (month: Month): fc.Arbitrary<Omit<UsageRow, "resource">> =>
  fc
    .record({
      account: fc.integer({ min: 0, max: ACCOUNTS - 1 }),
      usage_type: fc.constantFrom(...types),
      hour: fc.integer({ min: 0, max: 719 }),
      ms: fc.oneof(fc.constant(0), fc.constant(HOUR_MS), fc.integer({ min: 0, max: HOUR_MS })),
      bytes: fc.bigInt({ min: 0n, max: month.bytes_max }),
    })
    .map(({ account, usage_type, hour, ms, bytes }) => ({
      account_id: `${month.accounts}${account}`,
      usage_type,
      start_ms: boundsOf(month).start + hour * HOUR_MS,
      end_ms: boundsOf(month).start + (hour + 1) * HOUR_MS,
      quantity: quantityOf(usage_type, { ms: BigInt(ms), bytes }),
    }));

let on: RatingStore;
const tariffs = new Map<string, Tariff>();
const usageOf = new Map<string, readonly UsageRow[]>();

beforeAll(async () => {
  on = await openRatingStore();
  for (const month of months) {
    const ids = Array.from({ length: ACCOUNTS }, (_, index) => `${month.accounts}${index}`);
    await on.writeAccounts(ids.map((account_id) => ({ account_id, rate_card_id: account_id })));
    for (const [index, account_id] of ids.entries()) {
      const random = types.flatMap((type) => fc.sample(randomTariff(month, type), { seed: SEED + index, numRuns: 1 }));
      const card = await on.putCard(random, account_id);
      for (const tariff of card.tariffs) tariffs.set(`${account_id}/${tariff.usage_type}`, tariff);
    }
    const usage = fc
      .sample(randomUsage(month), { seed: SEED, numRuns: RECORDS })
      .map((row, index) => ({ ...row, resource: `r${index}` }));
    usageOf.set(month.period, usage);
    await on.writeUsage(usage);
  }
  await on.publishUsage(1);
}, 180_000);
afterAll(() => on.close());

interface Billed {
  readonly account_id: string;
  readonly usage_type: number;
  readonly record: string;
  readonly tier: number;
  readonly from: string;
  readonly to: string;
  readonly price_from: string;
  readonly price_to: string;
  readonly amount: string;
}

const readBilled = ({ period }: Month, run_seq: bigint): Promise<Billed[]> =>
  on.rows<Billed>(
    `SELECT account_id, usage_type, toString(usage_record_id) AS record, tier, from_quantity AS from, to_quantity AS to, price_from, price_to, amount
     FROM billing_record WHERE period = '${period}' AND run_seq = ${run_seq}
     ORDER BY account_id, usage_type, window_start, billing_record.usage_record_id, part_start, tier`,
  );
const nano = (decimal: string): bigint => BigInt(decimal.replace(".", ""));

test.each(months)(
  "$period: each billing record is what the twin makes of it, in the order of window start and record id",
  async (month) => {
    const { start, end, month_ms } = boundsOf(month);
    const { run } = await on.rate(month.period);
    expect(run.counts["integer"]).toBe(month.integer);
    const billed = await readBilled(month, run.seq);
    const truth = await on.rows<{ account_id: string; usage_type: number; record: string; quantity: string }>(
      `SELECT account_id, usage_type, toString(usage_record_id) AS record, quantity FROM usage_truth(as_of = 1, from_ms = ${start}, to_ms = ${end})
     ORDER BY account_id, usage_type, window_start, usage_record_id`,
    );
    expect(truth).toHaveLength(RECORDS);
    const reached = new Map<string, bigint>();
    const expected = truth.flatMap(({ account_id, usage_type, record, quantity }): Billed[] => {
      const key = `${account_id}/${usage_type}`;
      const tariff = tariffs.get(key);
      if (tariff === undefined) throw new Error(key);
      const from = reached.get(key) ?? 0n;
      const to = from + BigInt(quantity);
      reached.set(key, to);
      const parts = rateQuantity({ tariff, unit_base: unitBase(tariff.unit, month_ms), from, to });
      return parts.map((part) => ({
        account_id,
        usage_type,
        record,
        ...part,
        from: part.from.toString(),
        to: part.to.toString(),
      }));
    });
    expect(billed).toEqual(expected);
    expect(billed.length).toBeGreaterThan(RECORDS);
  },
);

test.each(months)(
  "P10: $period: whatever the windows, the records of a tariff's tier add up to the oracle's price of the total",
  async (month) => {
    const { month_ms } = boundsOf(month);
    const { run } = await on.rate(month.period, { force: true });
    const totals = new Map<string, bigint>();
    for (const { account_id, usage_type, quantity } of usageOf.get(month.period) ?? []) {
      const key = `${account_id}/${usage_type}`;
      totals.set(key, (totals.get(key) ?? 0n) + quantity);
    }
    const sums = new Map<string, bigint>();
    for (const { account_id, usage_type, tier, amount } of await readBilled(month, run.seq)) {
      const key = `${account_id}/${usage_type}/${tier}`;
      sums.set(key, (sums.get(key) ?? 0n) + nano(amount));
    }
    for (const [key, total] of totals) {
      const tariff = tariffs.get(key);
      if (tariff === undefined) throw new Error(key);
      const { model, tiers, rate } = tariff;
      if (model !== "graduated" && model !== "per_unit") throw new Error(model);
      const price = { ...(tiers === undefined ? {} : { tiers }), ...(rate === undefined ? {} : { rate }) };
      const { usage_type, currency, unit, tariff_id: id } = tariff;
      const any = { offering: [], zone: [] };
      const forOracle: OracleTariff = {
        id,
        usage_type,
        currency,
        unit,
        model,
        ...price,
        component: "base",
        conditions: any,
      };
      for (const { tier, amount_nano } of tierCharges(forOracle, total, month_ms))
        expect([key, tier, sums.get(`${key}/${tier}`)]).toEqual([key, tier, amount_nano]);
    }
  },
);

test("a record is found by its id, also where that begins with zeros, and so is what it bills", async () => {
  const [{ period }] = months;
  const { records } = await on.billingRecords.list({ period, limit: 10_000 });
  const short = records.filter(({ usage_record_id }) => usage_record_id.length < "ur_".length + 32);
  expect(short.length).toBeGreaterThan(3);
  for (const record of [...short.slice(0, 4), ...records.slice(0, 2)]) {
    expect(await on.billingRecords.get(record.id)).toEqual(record);
    const found = await on.billingRecords.list({ period, usage_record_id: record.usage_record_id, limit: 100 });
    expect(found.records).toContainEqual(record);
  }
});

test("usage as it stands is the sum over published rows, wherever a run took something back", async () => {
  const [month] = months;
  const { start, end } = boundsOf(month);
  const usage = usageOf.get(month.period) ?? [];
  const picked = (step: number, offset: number) => usage.filter((_, index) => index % step === offset);
  await on.writeUsage(picked(5, 0).map((row) => ({ ...row, sign: -1 as const, run_seq: 101 })));
  await on.writeUsage(picked(10, 0).map((row) => ({ ...row, quantity: row.quantity / 2n, run_seq: 101 })));
  await on.writeUsage(
    picked(20, 0).map((row) => ({ ...row, quantity: row.quantity / 2n, sign: -1 as const, run_seq: 102 })),
  );
  await on.writeUsage(picked(20, 1).map((row) => ({ ...row, sign: -1 as const, run_seq: 103 })));
  await on.publishUsage(101);
  await on.publishUsage(102);
  const key = "account_id, usage_type, resource, part, shape, window_start, window_end";
  const order = `ORDER BY ${key}`;
  for (const as_of of [1, 101, 102, 103]) {
    const summed = await on.rows(
      `SELECT ${key}, sum(quantity) AS quantity, sum(duration_ms) AS duration_ms FROM published_usage(as_of = ${as_of}, live_seq = 0)
       WHERE window_start >= fromUnixTimestamp64Milli(toInt64(${start}), 'UTC') AND window_start < fromUnixTimestamp64Milli(toInt64(${end}), 'UTC') GROUP BY ${key} HAVING sum(sign) > 0 ${order}`,
    );
    const stands = await on.rows(
      `SELECT ${key}, quantity, duration_ms FROM usage_truth(as_of = ${as_of}, from_ms = ${start}, to_ms = ${end}) ${order}`,
    );
    expect(stands).toEqual(summed);
    expect(stands.length).toBe(as_of === 1 ? RECORDS : as_of === 101 ? RECORDS * 0.9 : RECORDS * 0.85);
  }
  expect((await on.rate(month.period)).run.counts["records"]).toBeDefined();
});
