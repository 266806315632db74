import { assert } from "../core/errors.ts";
import { Dec, dec, formatFixed, RATING_SCALE, roundRatio } from "../core/decimal.ts";
import { type CurveTier, type PriceCurve, startedSteps } from "./models/curve.ts";
import { priceForTotal, pricesOf } from "./prices.ts";
import type { Tariff } from "./tariff.ts";

/** What one tier takes of a quantity: cumulative base units and prices in the currency, 9 decimals. */
export interface PricePart {
  readonly tier: number;
  readonly from: bigint;
  readonly to: bigint;
  readonly price_from: string;
  readonly price_to: string;
  readonly amount: string;
}

type Priced = Parameters<typeof pricesOf>[0];

/** One record: it takes the cumulative quantity from `from` to `to` base units, `unit_base` of them one unit. */
export interface RateDeal {
  readonly tariff: Pick<Priced, "model"> & Partial<Pick<Tariff, keyof Priced>>;
  readonly unit_base: bigint;
  readonly from: bigint;
  readonly to: bigint;
  /** What the whole period comes to, which decides a volume price; `to` when left out. */
  readonly total?: bigint;
  /** Which band or matrix value holds for it: its name or value, "" for what none of them names. */
  readonly variant?: string;
}

/**
 * Prices one record as sql/rating/rate_period.sql does for all: a part per tier it reaches, each R(P(to)) − R(P(from)), so parts and
 * records add up to R(P(total)) (P10). None where a tariff has no rate for it: unrated.
 * P is summed tier by tier here and from the tier's own start there; a test holds the two equal to the last digit.
 */
export function rateQuantity(deal: RateDeal): PricePart[] {
  const { unit_base, from, to, total = deal.to } = deal;
  const tariff = { included: "0", condition: "", ...deal.tariff };
  const prices = pricesOf(tariff, unit_base);
  if (tariff.bands === undefined && tariff.matrix === undefined)
    return priceOnCurve(priceForTotal(prices, total).curve, from, to);
  const found = prices.find(({ labels }) => labels[0] === (deal.variant ?? ""));
  return found === undefined ? [] : priceOnCurve(found.curve, from, to);
}

/** The parts of a quantity on a curve, one for each tier it reaches. */
export function priceOnCurve(curve: PriceCurve, from: bigint, to: bigint): PricePart[] {
  assert(from >= 0n && from <= to, `a quantity runs from ${from} to ${to}`);
  return curve.tiers.flatMap(({ tier, low, high }) => {
    if (!reaches({ low, high, from, to })) return [];
    const start = from > low ? from : low;
    const end = high !== null && high < to ? high : to;
    const [price_from, price_to] = [priceAt(curve, start), priceAt(curve, end)];
    const amount = price_to.minus(price_from);
    return [
      { tier, from: start, to: end, price_from: nano(price_from), price_to: nano(price_to), amount: nano(amount) },
    ];
  });
}

/** R(P(quantity)) in 10^-9 of the currency, half away from zero. */
export function nanoPrice({ tiers, step_base, denominator }: PriceCurve, quantity: bigint): bigint {
  let numerator = 0n;
  for (const { low, high, rate } of tiers) {
    if (quantity <= low) break;
    numerator += startedSteps((high !== null && high < quantity ? high : quantity) - low, step_base) * rate;
  }
  return roundRatio(numerator, denominator);
}

function priceAt(curve: PriceCurve, quantity: bigint): Dec {
  return new Dec(nanoPrice(curve, quantity).toString()).times(dec("0.000000001"));
}

// Nothing used still is a record: it lies in the tier it would continue.
function reaches({ low, high, from, to }: Pick<CurveTier, "low" | "high"> & { from: bigint; to: bigint }): boolean {
  if (from === to) return (low < to || low === 0n) && (high === null || high >= to);
  return low < to && (high === null || high > from);
}

function nano(value: Dec): string {
  return formatFixed(value, RATING_SCALE);
}
