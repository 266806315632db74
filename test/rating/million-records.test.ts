// A million random records under random tariffs of every model: what the engine makes of each, and what its twin in decimal.js makes of it.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { monthBounds } from "../../core/calendar.ts";
import { type Tariff, type TariffInput, unitBase } from "../../rating/index.ts";
import type { PriceCurve } from "../../rating/models/curve.ts";
import { sharePool } from "../../rating/models/pool.ts";
import { nanoPrice, priceOnCurve } from "../../rating/price.ts";
import { priceForTotal, pricesOf } from "../../rating/prices.ts";
import { openRatingStore, type RatingStore } from "./rating-store.ts";

const ACCOUNTS = 200;
const CHUNK = 40;
const HOUR_MS = 3_600_000;
const SEED = 1_000_000;
const offerings = ["small", "medium", "large"];
const [day, night, rest] = [7, 19, ""];

/** Half a million each: of quantities near the bounds, which take 256 bits to price, and of usual ones, which take 128. */
const months = [
  { period: "2026-10", first: 0, records: 500_000, shift: 2, integer: "Int256" },
  { period: "2026-11", first: 500_000, records: 500_000, shift: 44, integer: "Int128" },
] as const;

const rate = fc
  .tuple(fc.integer({ min: 0, max: 999 }), fc.stringMatching(/^\d{1,12}$/))
  .map(([whole, fraction]) => `${whole}.${fraction}`);
const tiers = fc.uniqueArray(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 5 }).chain((borders) =>
  fc.array(rate, { minLength: borders.length + 1, maxLength: borders.length + 1 }).map((rates) => {
    const rising = borders.toSorted((a, b) => a - b).map(String);
    return rates.map((of, index) => ({ up_to: rising[index] ?? null, rate: of }));
  }),
);
const band = { name: "day", from: "07:00", to: "19:00" };
const models: readonly fc.Arbitrary<Partial<TariffInput> & Pick<TariffInput, "model">>[] = [
  rate.map((of) => ({ model: "per_unit" as const, rate: of })),
  tiers.map((of) => ({ model: "graduated" as const, tiers: of })),
  tiers.map((of) => ({ model: "volume" as const, tiers: of })),
  rate.map((of) => ({ model: "package" as const, rate: of, package_size: "7" })),
  tiers.map((of) => ({ model: "graduated" as const, tiers: of, included: "50" })),
  fc.tuple(rate, rate).map(([of, by_day]) => ({
    model: "per_unit" as const,
    rate: of,
    bands: [{ ...band, rate: by_day }],
  })),
  fc.tuple(rate, rate).map(([small, large]) => ({
    model: "per_unit" as const,
    matrix: {
      attribute: "offering",
      values: [
        { value: "small", rate: small },
        { value: "large", rate: large },
      ],
    },
  })),
  tiers.map((of) => ({ model: "graduated" as const, tiers: of, pooled: true, included: "20" })),
];
const kinds = [
  { usage_type: 1, unit: "hour" },
  { usage_type: 6, unit: "gib_hour" },
  { usage_type: 4, unit: "gib" },
  { usage_type: 21, unit: "thousand" },
] as const;

interface Account {
  readonly account_id: string;
  readonly payer: string;
  readonly tariff: Tariff;
}
let on: RatingStore;
const accounts: Account[] = [];
const idOf = (index: number): string => `a${String(index).padStart(3, "0")}`;

beforeAll(async () => {
  on = await openRatingStore();
  await on.writeShapes(offerings.map((offering, index) => ({ shape: BigInt(index + 1), offering, zone: "z1" })));
  // Accounts go in pairs with one card each; a pool's pair has one payer.
  for (let pair = 0; pair < ACCOUNTS / 2; pair += 1) {
    const model = models[pair % models.length];
    const kind = kinds[Math.floor(pair / models.length) % kinds.length];
    if (model === undefined || kind === undefined) throw new Error(`pair ${pair}`);
    const [price] = fc.sample(model, { seed: SEED + pair, numRuns: 1 });
    const tariff = { tariff_id: "t", name: "t", ...kind, ...price } as TariffInput;
    const [kept] = (await on.putCard([tariff], `card-${pair}`)).tariffs;
    if (kept === undefined) throw new Error(`card ${pair}`);
    for (const index of [2 * pair, 2 * pair + 1])
      accounts.push({ account_id: idOf(index), payer: idOf(kept.pooled ? 2 * pair : index), tariff: kept });
  }
  await on.writeAccounts(
    accounts.map(({ account_id, payer }, index) => ({
      account_id,
      payer,
      time_zone: "UTC",
      rate_card_id: `card-${Math.floor(index / 2)}`,
    })),
  );
  for (const month of months) await on.command(randomUsage(month));
  await on.publishUsage(1);
}, 120_000);
afterAll(() => on.close());

/** Made by the engine from a hash of each row's number: the same rows each time. One in twenty is nothing used. */
function randomUsage({ period, first, records, shift }: (typeof months)[number]): string {
  const { start } = monthBounds({ zone: "UTC", month: period });
  const types = accounts.map(({ tariff }) => tariff.usage_type).join(", ");
  const at = (ms: string): string => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`;
  return `INSERT INTO usage_record (run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at, opened_at, opened_by, closed_by)
    WITH cityHash64(number, ${SEED}) AS one, cityHash64(one) AS two, toUInt32(one % ${ACCOUNTS}) AS account, [${types}][account + 1] AS type,
      ${start} + (two % 720) * ${HOUR_MS} AS from_ms, ${at("from_ms")} AS from_at, ${at(`from_ms + ${HOUR_MS}`)} AS to_at,
      if(two % 20 = 0, 0, bitShiftRight(two, 8) % ${HOUR_MS + 1}) AS ms, toInt256(bitShiftRight(cityHash64(two), ${shift})) AS bytes
    SELECT 1, 1, concat('a', leftPad(toString(account), 3, '0')), from_at, to_at, type, concat('r', toString(number)), '', toUInt128(1 + bitShiftRight(one, 40) % 3),
      multiIf(type = 1, toInt256(ms), type = 6, ms * bytes, bytes), ${HOUR_MS}, 1, from_at, to_at, from_at, 0, 0
    FROM numbers(${first}, ${records})`;
}

const zero = "0.000000000";

/** Rows as text, so that whole chunks are held against each other. */
async function read(query: string): Promise<string[]> {
  const text = await (await on.store.read.query({ query, format: "TabSeparated" })).text();
  return text === "" ? [] : text.trimEnd().split("\n");
}

interface Used {
  readonly account: Account;
  readonly quantity: bigint;
  /** Which band or value it is in. */
  readonly variant: string;
}

async function readUsed(month: { start: number; end: number }, from: string, to: string): Promise<Used[]> {
  const rows = await read(`SELECT account_id, quantity, toHour(window_start), toUInt8(shape)
    FROM usage_truth(as_of = 1, from_ms = ${month.start}, to_ms = ${month.end}) WHERE account_id >= '${from}' AND account_id < '${to}'
    ORDER BY account_id, window_start, usage_record_id`);
  return rows.map((row) => {
    const [account_id = "", quantity = "", hour, shape] = row.split("\t");
    const account = accounts[Number(account_id.slice(1))];
    if (account === undefined) throw new Error(account_id);
    const value = offerings[Number(shape) - 1] ?? "";
    const { bands, matrix } = account.tariff;
    const in_band = Number(hour) >= day && Number(hour) < night ? "day" : rest;
    const variant = bands !== undefined ? in_band : matrix !== undefined ? value : rest;
    return { account, quantity: BigInt(quantity), variant };
  });
}

/** Prices records one by one, in the order of their begin and id, as the engine's rows are written. */
function twin(used: readonly Used[]): string[] {
  const totals = new Map<string, bigint>();
  const keyOf = ({ account, variant }: Used): string => `${account.account_id}/${variant}`;
  for (const one of used) totals.set(keyOf(one), (totals.get(keyOf(one)) ?? 0n) + one.quantity);
  const curves = new Map<string, PriceCurve | null>();
  const reached = new Map<string, bigint>();
  return used.flatMap((one) => {
    const key = keyOf(one);
    const curve = curves.get(key) ?? curveOf(one, totals);
    curves.set(key, curve);
    const head = one.account.account_id;
    const from = reached.get(key) ?? 0n;
    const to = from + one.quantity;
    reached.set(key, to);
    if (curve === null) return [[head, "unrated", from, to, zero, zero, zero].join("\t")];
    return priceOnCurve(curve, from, to).map(
      (part) => `${head}\t${part.tier}\t${part.from}\t${part.to}\t${part.price_from}\t${part.price_to}\t${part.amount}`,
    );
  });
}

function curveOf({ account, variant }: Used, totals: ReadonlyMap<string, bigint>): PriceCurve | null {
  const { tariff, account_id, payer } = account;
  const prices = pricesOf(tariff, unitBase(tariff.unit, 0n));
  if (tariff.bands !== undefined || tariff.matrix !== undefined)
    return prices.find(({ labels }) => labels[0] === variant)?.curve ?? null;
  const used = (id: string): bigint => totals.get(`${id}/`) ?? 0n;
  if (!tariff.pooled) return priceForTotal(prices, used(account_id)).curve;
  const members = accounts.filter((other) => other.payer === payer).map((other) => other.account_id);
  const total = members.reduce((sum, id) => sum + used(id), 0n);
  const uses = members.map((id, account_no) => ({ account_no, used: used(id) }));
  const shares = sharePool(nanoPrice(priceForTotal(prices, total).curve, total), uses);
  return shares[members.indexOf(account_id)]?.curve ?? null;
}

test.each(months)(
  "P9, P10: in $period the engine and decimal.js agree on each record to the last digit",
  async ({ period, records, integer }) => {
    const { start, end } = monthBounds({ zone: "UTC", month: period });
    const { run } = await on.rate(period);
    expect(run.counts["integer"]).toBe(integer);
    let compared = 0;
    const tally = new Set<string>();
    for (let first = 0; first < ACCOUNTS; first += CHUNK) {
      const [from, to] = [idOf(first), idOf(first + CHUNK)];
      const used = await readUsed({ start, end }, from, to);
      const expected = twin(used);
      const billed =
        await read(`SELECT account_id, if(state = 'unrated', 'unrated', toString(tier)), from_quantity, to_quantity, price_from, price_to, amount
        FROM billing_record WHERE period = '${period}' AND account_id >= '${from}' AND account_id < '${to}'
        ORDER BY account_id, part_start, billing_record.usage_record_id, billing_record.tier`);
      const unlike = billed.findIndex((row, index) => row !== expected[index]);
      expect([billed[unlike], billed.length]).toEqual([expected[unlike], expected.length]);
      compared += used.length;
      for (const { account } of used) tally.add(modelOf(account.tariff));
    }
    expect(compared).toBe(records);
    expect(await read("SELECT 1 FROM billing_record WHERE amount < 0 OR quantity < 0 LIMIT 1")).toEqual([]);
    expect([...tally].toSorted()).toEqual(
      ["bands", "graduated", "included", "matrix", "package", "per_unit", "pooled", "volume"].toSorted(),
    );
  },
  120_000,
);

function modelOf({ model, bands, matrix, pooled, included }: Tariff): string {
  if (bands !== undefined) return "bands";
  if (matrix !== undefined) return "matrix";
  if (pooled) return "pooled";
  return included === "0" ? model : "included";
}
