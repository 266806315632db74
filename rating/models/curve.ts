/** Decimals a rate may have. */
export const RATE_SCALE = 12;
/** 10^-12 of a rate in 10^-9 of an amount. */
const NANO = 1000n;

/** Cumulative base units in (low, high] (null: all that follow); `tier` is what billing records call it. */
export interface CurveTier {
  readonly tier: number;
  readonly low: bigint;
  readonly high: bigint | null;
  readonly rate: bigint;
  /** What all tiers before this one cost together, over the curve's denominator. */
  readonly numerator: bigint;
}

/**
 * P, the price of a cumulative quantity c, on integers: in its tier (numerator + ceil((c − low) / step_base) × rate) / denominator, in
 * 10^-9 of the currency. `step_base` is 1 where each base unit costs, else the base units of what is only sold whole.
 */
export interface PriceCurve {
  readonly tiers: readonly CurveTier[];
  readonly step_base: bigint;
  readonly denominator: bigint;
}

/** Whole units after the former step's last one, up to and with `up_to` (null: all that follow), at `rate` × 10^-12 each. */
export interface PriceStep {
  readonly tier: number;
  readonly up_to: bigint | null;
  readonly rate: bigint;
}

/** A checked rate such as "0.05" as a whole number of 10^-12. */
export function readRate(rate: string): bigint {
  const [whole = "0", fraction = ""] = rate.split(".");
  return BigInt(whole + fraction.padEnd(RATE_SCALE, "0"));
}

/** A curve on which every base unit costs its part of a unit: dividing by the unit comes last. */
export function smoothCurve(steps: readonly PriceStep[], unit_base: bigint): PriceCurve {
  return { tiers: laidOut(steps, { unit_base, step_base: 1n }), step_base: 1n, denominator: unit_base * NANO };
}

/** A curve on which a package is paid when it is started. */
export function steppedCurve(steps: readonly PriceStep[], of: { unit_base: bigint; step_base: bigint }): PriceCurve {
  return { tiers: laidOut(steps, of), step_base: of.step_base, denominator: NANO };
}

/**
 * Puts an allowance before the steps: the first `included` units cost nothing, and borders count what comes after them. With an
 * allowance, tier 0 is the allowance and the others move up by one.
 */
export function withIncluded(steps: readonly PriceStep[], included: bigint): PriceStep[] {
  if (included === 0n) return [...steps];
  const moved = steps.map(({ tier, up_to, rate }) => ({
    tier: tier + 1,
    up_to: up_to === null ? null : up_to + included,
    rate,
  }));
  return [{ tier: 0, up_to: included, rate: 0n }, ...moved];
}

function laidOut(steps: readonly PriceStep[], of: { unit_base: bigint; step_base: bigint }): CurveTier[] {
  const tiers: CurveTier[] = [];
  let low = 0n;
  let numerator = 0n;
  for (const { tier, up_to, rate } of steps) {
    const high = up_to === null ? null : up_to * of.unit_base;
    tiers.push({ tier, low, high, rate, numerator });
    if (high === null) break;
    numerator += startedSteps(high - low, of.step_base) * rate;
    low = high;
  }
  return tiers;
}

/** How many steps a quantity has begun. */
export function startedSteps(quantity: bigint, step_base: bigint): bigint {
  return (quantity + step_base - 1n) / step_base;
}
