// Random use of a month in which the clock is set back, under bands, a matrix and tiers whose prices change at some minute of it: however
// it is cut into windows, and however late it was heard of, each price adds up to R(P(total)). Totals come from counting minutes.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { monthBounds } from "../../core/calendar.ts";
import { formatInstant, instant } from "../../core/instant.ts";
import { rateQuantity, type Tariff, type TariffInput } from "../../rating/index.ts";
import { openRatingStore, type RatingStore, type UsageRow } from "./rating-store.ts";
import { evenWindows, type WindowAt, windowsBetween } from "./use-windows.ts";

const SEED = 25;
const PAYERS = 8;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const zone = "Europe/Amsterdam";
const period = "2026-10";
const month = monthBounds({ zone, month: period });
const { start, end } = month;
const minutes = (end - start) / MINUTE_MS;
const offerings = ["small", "medium", "large"];

/** The same use of each payer as a run over days says it, over hours, quarters, the month at once, windows cut anyhow for each resource, and by two runs
 * of which the second knows better. */
const ways = [
  { name: "day", window_ms: 24 * HOUR_MS },
  { name: "hour", window_ms: HOUR_MS },
  { name: "quarter", window_ms: 15 * MINUTE_MS },
  { name: "once", window_ms: end - start },
  { name: "anyhow", window_ms: 0 },
  { name: "late", window_ms: 24 * HOUR_MS },
] as const;

const rate = fc
  .tuple(fc.integer({ min: 0, max: 99 }), fc.stringMatching(/^\d{1,12}$/))
  .map(([whole, fraction]) => `${whole}.${fraction}`);
const rates = fc.array(rate, { minLength: 8, maxLength: 8 });
const used = fc.record({
  from: fc.integer({ min: 0, max: minutes - 1 }),
  length: fc.integer({ min: 1, max: 4000 }),
  resource: fc.integer({ min: 0, max: 19 }),
});
const story = fc.record({
  uses: fc.array(used, { minLength: 20, maxLength: 40 }),
  border: fc.integer({ min: 1, max: 500 }),
  change: fc.integer({ min: 1, max: minutes - 1 }),
  cuts: fc.uniqueArray(fc.integer({ min: 1, max: minutes - 1 }), { minLength: 40, maxLength: 120 }),
  first: rates,
  second: rates,
});

interface Use {
  readonly from: number;
  readonly to: number;
  readonly resource: number;
}
interface Payer {
  readonly uses: readonly Use[];
  /** The minute at which the second version begins to count. */
  readonly change: number;
  readonly versions: readonly (readonly Tariff[])[];
}
let on: RatingStore;
const payers: Payer[] = [];
const atMinute = (minute: number): number => start + minute * MINUTE_MS;

function tariffsOf(list: readonly string[], border: number): TariffInput[] {
  const [a = "", b = "", c = "", d = "", e = "", f = "", g = "", h = ""] = list;
  const hours = { unit: "hour" as const };
  const night = { name: "night", from: "22:15", to: "06:45", rate: b };
  const weekend = { name: "noon", from: "11:30", to: "13:00", rate: h };
  const values = [
    { value: "small", rate: d },
    { value: "large", rate: e },
  ];
  const tiers = [
    { up_to: `${border}`, rate: f },
    { up_to: null, rate: g },
  ];
  return [
    { ...hours, tariff_id: "bands", name: "b", usage_type: 1, model: "per_unit", rate: a, bands: [night, weekend] },
    {
      ...hours,
      tariff_id: "matrix",
      name: "m",
      usage_type: 2,
      model: "per_unit",
      rate: c,
      matrix: { attribute: "offering", values },
    },
    { ...hours, tariff_id: "tiers", name: "t", usage_type: 3, model: "graduated", tiers },
  ];
}

beforeAll(async () => {
  on = await openRatingStore();
  await on.writeShapes(offerings.map((offering, index) => ({ shape: BigInt(index + 1), offering, zone: "z1" })));
  for (const [index, { uses, border, change, cuts, first, second }] of fc
    .sample(story, { seed: SEED, numRuns: PAYERS })
    .entries()) {
    const card = { name: "c", currency: "EUR" };
    const put = (tariffs: TariffInput[], from: object) =>
      on.rateCards.put(`card-${index}`, { ...card, ...from, tariffs }, "test");
    const one = await put(tariffsOf(first, border), {});
    const two = await put(tariffsOf(second, border), { valid_from: formatInstant(instant(atMinute(change))) });
    const kept = uses.map(({ from, length, resource }) => ({ from, to: Math.min(from + length, minutes), resource }));
    payers.push({ uses: kept, change, versions: [one.tariffs, two.tariffs] });
    await on.writeAccounts(
      ways.map(({ name }) => ({ account_id: `${name}-${index}`, time_zone: zone, rate_card_id: `card-${index}` })),
    );
    for (const { name, window_ms } of ways) {
      const windows = window_ms === 0 ? windowsBetween(month, cuts.map(atMinute)) : evenWindows(month, window_ms);
      const rows = rowsOf(`${name}-${index}`, kept, windows);
      if (name !== "late") await on.writeUsage(rows);
      else {
        // The first run heard of every other use alone; the second takes back what it said of the windows it changes.
        const early = rowsOf(
          `${name}-${index}`,
          kept.filter((_, at) => at % 2 === 0),
          windows,
        );
        await on.writeUsage(early);
        await on.writeUsage([
          ...early.map((row) => ({ ...row, sign: -1 as const, run_seq: 1001 })),
          ...rows.map((row) => ({ ...row, run_seq: 1001 })),
        ]);
      }
    }
  }
  await on.publishUsage(1);
  await on.rate(period);
  await on.publishUsage(1001);
  await on.rate(period);
}, 180_000);
afterAll(() => on.close());

/** The uses of each resource in each window, as one record of as many slices, for three usage types alike. */
function rowsOf(account_id: string, uses: readonly Use[], windowAt: WindowAt): UsageRow[] {
  type Window = { resource: number; opens: number; closes: number; slices: [number, number, bigint][] };
  const windows = new Map<string, Window>();
  for (const { from, to, resource } of uses) {
    for (let at = atMinute(from); at < atMinute(to);) {
      const { opens, closes } = windowAt(at, resource);
      const until = Math.min(closes, atMinute(to));
      const key = `${resource} ${opens}`;
      const window = windows.get(key) ?? { resource, opens, closes, slices: [] };
      window.slices.push([at, until, BigInt(until - at)]);
      windows.set(key, window);
      at = until;
    }
  }
  return [1, 2, 3].flatMap((usage_type) =>
    [...windows.values()].map(({ resource, opens, closes, slices }) => ({
      account_id,
      usage_type,
      resource: `r${resource}`,
      shape: BigInt((resource % offerings.length) + 1),
      start_ms: opens,
      end_ms: closes,
      quantity: slices.reduce((sum, [, , quantity]) => sum + quantity, 0n),
      slices,
    })),
  );
}

/** What the clock on the wall shows in each minute of the month: asked of the platform, minute by minute. */
const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: zone,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const bandOfMinute = Array.from({ length: minutes }, (_, minute) => {
  const wall = clock.format(atMinute(minute));
  if (wall >= "22:15" || wall < "06:45") return "night";
  return wall >= "11:30" && wall < "13:00" ? "noon" : "";
});

/** Base units before and after the change of price, of each usage type and variant. */
function totalsOf({ uses, change }: Payer): Map<string, [bigint, bigint]> {
  const totals = new Map<string, [bigint, bigint]>();
  for (const { from, to, resource } of uses) {
    for (let minute = from; minute < to; minute += 1) {
      const value = offerings[resource % offerings.length] ?? "";
      const keys = [`0/${bandOfMinute[minute]}`, `1/${value === "medium" ? "" : value}`, "2/"];
      for (const key of keys) {
        const total = totals.get(key) ?? [0n, 0n];
        total[minute < change ? 0 : 1] += BigInt(MINUTE_MS);
        totals.set(key, total);
      }
    }
  }
  return totals;
}

const nano = (decimal: string): bigint => BigInt(decimal.replace(".", ""));

test("P10: by day, by hour, by quarter, at once, cut anyhow and heard of late, each price of bands, matrix and tiers adds up to R(P(total))", async () => {
  const sums = await on.rows<{ key: string; quantity: string; amount: string }>(
    `SELECT concat(account_id, ' ', tariff_id, ' ', toString(tariff_version), ' ', toString(tier)) AS key, sum(quantity) AS quantity, sum(amount) AS amount
     FROM billing_record WHERE run_seq = (SELECT max(run_seq) FROM billing_record) GROUP BY key HAVING quantity > 0`,
  );
  const billed = new Map(sums.map(({ key, quantity, amount }) => [key, [BigInt(quantity), nano(amount)]]));
  const expected = new Map<string, [bigint, bigint]>();
  for (const [index, payer] of payers.entries()) {
    for (const [key, [before, after]] of totalsOf(payer)) {
      const [which = "", variant = ""] = key.split("/");
      for (const [version, [from, to]] of [[0n, before] as const, [before, before + after] as const].entries()) {
        const tariff = payer.versions[version]?.[Number(which)];
        if (tariff === undefined) throw new Error(`version ${version} of ${key}`);
        if (to === from) continue;
        for (const part of rateQuantity({ tariff, unit_base: BigInt(HOUR_MS), from, to, variant })) {
          for (const { name } of ways) {
            const of = `${name}-${index} ${tariff.tariff_id} ${version + 1} ${part.tier}`;
            expected.set(of, [part.to - part.from, nano(part.amount)]);
          }
        }
      }
    }
  }
  expect(billed).toEqual(expected);
  expect(expected.size).toBeGreaterThan(PAYERS * ways.length * 10);
  expect(await on.rows("SELECT 1 FROM billing_record WHERE amount < 0 OR quantity < 0 LIMIT 1")).toEqual([]);
});

test("a preview by sums comes to the same lines as rating by records", async () => {
  const { by_records, by_sums } = await on.bothLines(period);
  expect(by_sums).toEqual(by_records);
  expect(by_sums.length).toBeGreaterThan(PAYERS * ways.length * 10);
});

test("currencies are never mixed: each record is in its payer's currency and by a tariff of that currency, or unrated", async () => {
  const currencies = ["EUR", "USD", "JPY"];
  const price = { name: "p", usage_type: 1, unit: "hour" as const, model: "per_unit" as const };
  await on.putCard(
    [
      { ...price, tariff_id: "eur", currency: "EUR", rate: "1" },
      { ...price, tariff_id: "usd", currency: "USD", rate: "2" },
    ],
    "two-currencies",
  );
  const card = { time_zone: zone, rate_card_id: "two-currencies" };
  const pays = currencies.map((currency) => ({ ...card, account_id: `pays-${currency}`, currency }));
  const paid = currencies.flatMap((currency) =>
    currencies.map((own) => ({
      ...card,
      account_id: `${own}-by-${currency}`,
      payer: `pays-${currency}`,
      currency: own,
    })),
  );
  await on.writeAccounts([...pays, ...paid]);
  await on.writeUsage(
    [...pays, ...paid].map(({ account_id }) => ({
      account_id,
      usage_type: 1,
      resource: "vm",
      run_seq: 1002,
      start_ms: start,
      end_ms: start + HOUR_MS,
      quantity: BigInt(HOUR_MS),
    })),
  );
  await on.publishUsage(1002);
  await on.rate(period);
  const rows = await on.rows(
    `SELECT payer_account_id AS payer, currency, tariff_id, state, sum(amount) AS amount, count() AS records FROM billing_record
     WHERE run_seq = (SELECT max(run_seq) FROM billing_record) AND startsWith(payer_account_id, 'pays-') GROUP BY ALL ORDER BY payer`,
  );
  expect(rows).toEqual([
    { payer: "pays-EUR", currency: "EUR", tariff_id: "eur", state: "rated", amount: "4.000000000", records: "4" },
    { payer: "pays-JPY", currency: "JPY", tariff_id: "", state: "unrated", amount: "0.000000000", records: "4" },
    { payer: "pays-USD", currency: "USD", tariff_id: "usd", state: "rated", amount: "8.000000000", records: "4" },
  ]);
  const mixed = "SELECT payer_account_id, period FROM statement_line GROUP BY ALL HAVING uniqExact(currency) > 1";
  expect(await on.rows(mixed)).toEqual([]);
  expect(
    await on.rows(
      "SELECT 1 FROM billing_record ANY INNER JOIN statement_line USING (payer_account_id) WHERE billing_record.currency != statement_line.currency LIMIT 1",
    ),
  ).toEqual([]);
});
