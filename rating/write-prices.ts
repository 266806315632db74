import Type from "typebox";
import { numbersField, textsField } from "../core/array-field.ts";
import { field, insertLines } from "../core/insert-lines.ts";
import { defineCommand } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import type { PriceCurve } from "./models/curve.ts";
import type { OwnCurve } from "./decide-series.ts";
import { cutsOf, type ListedPrice, type PriceList } from "./price-list.ts";

const nothing = Type.Object({});
const clears = [
  defineCommand("rating/clear_prices", nothing),
  defineCommand("rating/clear_curves", nothing),
  defineCommand("rating/clear_series", nothing),
  defineCommand("rating/clear_schedules", nothing),
];

/** Above any cumulative quantity (10^7 records of 10^30 base units each), and still an Int128. */
const OPEN_END = 10n ** 37n;
const priceColumns = (
  "price_no series_no plan usage_type tariff_id tariff_version name component unit unit_base condition_no except_conditions schedule_no matched " +
  "pool_no cuts tiers labels unit_prices"
).split(" ");
const curveColumns = "curve_no tiers lows highs rates numerators step_base denominator".split(" ");

/**
 * Lays prices, their curves and their schedules out for the pricing statement, in place of those of the run before.
 * `edges`: 0, then all instants at which a price changes; `condition_nos`: the number of each condition's text.
 */
export async function writePrices(
  store: Store,
  laid: { list: PriceList; edges: readonly number[]; condition_nos: ReadonlyMap<string, number> },
): Promise<void> {
  const { list, edges, condition_nos } = laid;
  for (const clear of clears) await clear(store.run, {});
  const cuts = cutsByPlan(list.prices);
  const prices = list.prices.map((price) => priceLine(price, { condition_nos, cuts: cuts.get(cutKey(price)) ?? [] }));
  await insertLines(store.run, { table: "scratch_price", columns: priceColumns }, [noPriceLine(), ...prices].join(""));
  const curves = list.prices.map(({ price_no, choices }) => curveLine(price_no, choices[0]?.curve ?? noCurve));
  await insertLines(
    store.run,
    { table: "scratch_curve", columns: curveColumns },
    [curveLine(0, noCurve), ...curves].join(""),
  );
  const schedules = [...list.schedules].flatMap(([schedule_no, spans]) =>
    edges.flatMap((start, index) => {
      const end = edges[index + 1] ?? Number.MAX_SAFE_INTEGER;
      return spans.some((span) => span.start < end && span.end > start) ? [`${schedule_no}\t${index + 1}\n`] : [];
    }),
  );
  await insertLines(store.run, { table: "scratch_schedule", columns: ["schedule_no", "epoch"] }, schedules.join(""));
}

/** Lays out the curves that are an account's own. */
export async function writeSeries(store: Store, list: PriceList, own: readonly OwnCurve[]): Promise<void> {
  // Accounts with the same volume tier share its curve; each pool's share is a curve of its own.
  const numbers = new Map<PriceCurve, number>();
  for (const { curve } of own) if (!numbers.has(curve)) numbers.set(curve, list.prices.length + numbers.size + 1);
  const curves = [...numbers].map(([curve, curve_no]) => curveLine(curve_no, curve));
  await insertLines(store.run, { table: "scratch_curve", columns: curveColumns }, curves.join(""));
  const series = own.map(
    ({ account_no, price_no, curve }) => `${account_no}\t${price_no}\t${numbers.get(curve) ?? 0}\n`,
  );
  const columns = ["account_no", "price_no", "curve_no"];
  await insertLines(store.run, { table: "scratch_series", columns }, series.join(""));
}

/** What stands for no tariff: one open tier at no price, so that unrated use takes the same way and costs nothing. */
const noCurve: PriceCurve = {
  tiers: [{ tier: 0, low: 0n, high: null, rate: 0n, numerator: 0n }],
  step_base: 1n,
  denominator: 1000n,
};

function noPriceLine(): string {
  return `${[0, 0, 0, 0, "", 0, "", "", "", 1, 0, "[]", 0, 0, 0, "[]", "[0]", "['']", "[0]"].join("\t")}\n`;
}

function priceLine(
  price: ListedPrice,
  { condition_nos, cuts }: { condition_nos: ReadonlyMap<string, number>; cuts: readonly number[] },
): string {
  const { tariff, plan, choices } = price;
  const [first] = choices;
  const tiers = tiersOf(price);
  const values = [
    price.price_no,
    price.series_no,
    plan.plan,
    tariff.usage_type,
    tariff.tariff_id,
    tariff.version,
    field(tariff.name),
    tariff.component,
    tariff.unit,
    price.unit_base,
    condition_nos.get(first?.condition ?? "") ?? 0,
    numbersField([...tariff.except, ...(first?.except ?? [])].map((text) => condition_nos.get(text) ?? 0)),
    price.schedule_no,
    1,
    price.pool_no,
    numbersField(cuts),
    numbersField(tiers.map(({ tier }) => tier)),
    textsField(tiers.map(({ label }) => label)),
    numbersField(tiers.map(({ rate }) => rate)),
  ];
  return `${values.join("\t")}\n`;
}

// What a pool costs an account has no price of a unit, unless all units cost the same.
function tiersOf({ choices, pool_no }: ListedPrice): { tier: number; label: string; rate: bigint }[] {
  const tiers = choices.flatMap(({ curve, labels }) =>
    curve.tiers.map(({ tier, rate }, index) => ({ tier, label: labels[index] ?? "", rate })),
  );
  const apart = tiers.filter(({ tier }, index) => tiers.findIndex((other) => other.tier === tier) === index);
  if (pool_no === 0) return apart;
  const [only, ...more] = apart;
  return [{ tier: 0, label: "pooled", rate: more.length === 0 ? (only?.rate ?? 0n) : 0n }];
}

function curveLine(curve_no: number, { tiers, step_base, denominator }: PriceCurve): string {
  const values = [
    curve_no,
    numbersField(tiers.map(({ tier }) => tier)),
    numbersField(tiers.map(({ low }) => low)),
    numbersField(tiers.map(({ high }) => high ?? OPEN_END)),
    numbersField(tiers.map(({ rate }) => rate)),
    numbersField(tiers.map(({ numerator }) => numerator)),
    step_base,
    denominator,
  ];
  return `${values.join("\t")}\n`;
}

function cutsByPlan(prices: readonly ListedPrice[]): Map<string, number[]> {
  const groups = new Map<string, ListedPrice[]>();
  for (const price of prices) {
    const key = cutKey(price);
    groups.set(key, [...(groups.get(key) ?? []), price]);
  }
  return new Map([...groups].map(([key, of]) => [key, of[0] === undefined ? [] : cutsOf(of, of[0].plan.month)]));
}

function cutKey({ plan, tariff }: ListedPrice): string {
  return `${plan.plan}/${tariff.usage_type}`;
}
