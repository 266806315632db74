import { assert } from "../core/errors.ts";
import { Dec, dec, formatFixed, RATING_SCALE, roundRatio } from "../core/decimal.ts";
import { graduated } from "./models/graduated.ts";
import { perUnit } from "./models/per-unit.ts";
import { type PriceStep, RATE_SCALE } from "./models/price-step.ts";
import type { Tariff } from "./tariff.ts";

/** A tier in base units: the cumulative quantity in (low, high] costs `rate` × 10^-12 a unit; high null = open. */
export interface PricedTier {
  readonly low: bigint;
  readonly high: bigint | null;
  readonly rate: bigint;
  /** P(low) × unit_base × 10^12: what all tiers before this one cost, exactly. */
  readonly numerator: bigint;
}

/** What one tier takes of a quantity: cumulative base units and prices in the currency, 9 decimals. */
export interface PricePart {
  readonly tier: number;
  readonly from: bigint;
  readonly to: bigint;
  readonly price_from: string;
  readonly price_to: string;
  readonly amount: string;
}

type Priced = Pick<Tariff, "model" | "rate" | "tiers">;

/** The tiers of a tariff where `unit_base` base units are one unit. */
export function pricedTiers(tariff: Priced, unit_base: bigint): PricedTier[] {
  const tiers: PricedTier[] = [];
  let low = 0n;
  let numerator = 0n;
  for (const { up_to, rate } of stepsOf(tariff)) {
    const high = up_to === null ? null : up_to * unit_base;
    tiers.push({ low, high, rate, numerator });
    if (high === null) break;
    numerator += (high - low) * rate;
    low = high;
  }
  return tiers;
}

/**
 * Prices one record that takes the cumulative quantity from `from` to `to`, as sql/rating/rate_period.sql does for all:
 * a part per tier it reaches, each R(P(to)) − R(P(from)), so parts and records add up to R(P(total)) (P10).
 * P is summed tier by tier here and from the tier's own start there; a test holds the two equal to the last digit.
 */
export function rateQuantity(deal: { tariff: Priced; unit_base: bigint; from: bigint; to: bigint }): PricePart[] {
  const { tariff, unit_base, from, to } = deal;
  assert(from >= 0n && from <= to, `a quantity runs from ${from} to ${to}`);
  const tiers = pricedTiers(tariff, unit_base);
  const price = (quantity: bigint): Dec => priceAt({ tiers, unit_base, quantity });
  return tiers.flatMap(({ low, high }, tier) => {
    if (!reaches({ low, high, from, to })) return [];
    const start = from > low ? from : low;
    const end = high !== null && high < to ? high : to;
    const [price_from, price_to] = [price(start), price(end)];
    const amount = price_to.minus(price_from);
    return [
      { tier, from: start, to: end, price_from: nano(price_from), price_to: nano(price_to), amount: nano(amount) },
    ];
  });
}

/** R(P(quantity)): the price of all units so far, 9 decimals, half away from zero. */
function priceAt(deal: { tiers: readonly PricedTier[]; unit_base: bigint; quantity: bigint }): Dec {
  const { tiers, unit_base, quantity } = deal;
  let numerator = 0n;
  for (const { low, high, rate } of tiers) {
    if (quantity <= low) break;
    numerator += ((high !== null && high < quantity ? high : quantity) - low) * rate;
  }
  const scaled = roundRatio(numerator, unit_base * 10n ** BigInt(RATE_SCALE - RATING_SCALE));
  return new Dec(scaled.toString()).times(dec("0.000000001"));
}

// Nothing used still is a record: it lies in the tier it would continue.
function reaches({ low, high, from, to }: { low: bigint; high: bigint | null; from: bigint; to: bigint }): boolean {
  if (from === to) return (low < to || low === 0n) && (high === null || high >= to);
  return low < to && (high === null || high > from);
}

function stepsOf(tariff: Priced): PriceStep[] {
  if (tariff.model === "graduated") return graduated(tariff.tiers ?? []);
  return perUnit(tariff.rate ?? "0");
}

function nano(value: Dec): string {
  return formatFixed(value, RATING_SCALE);
}
