import type { PricedTier } from "./price.ts";

/** The integer type a rating run counts in. */
export type IntegerWidth = "Int128" | "Int256";

/** Twice a numerator plus a denominator must stay below 2^127; one bit is left to spare. */
const NARROW_MAX = 2n ** 126n;

/** A price of a run: its tiers, its denominator, and how much of its usage type was used by all accounts together. */
export interface WidthCase {
  readonly tiers: readonly PricedTier[];
  readonly denominator: bigint;
  readonly used: bigint;
}

/**
 * Int128 where no step of R(P(c)) can pass 2^126 for any of the prices, else Int256, which holds all that the bounds at the edge let in (P9).
 * Integers wrap without a word, so this looks at the worst that could be; Int128 halves the time of pricing (measured).
 */
export function integerWidth(cases: readonly WidthCase[]): IntegerWidth {
  const narrow = cases.every(({ tiers, denominator, used }) => {
    const rate = tiers.reduce((most, tier) => (tier.rate > most ? tier.rate : most), 0n);
    const lasts = tiers.map(({ high }) => high ?? 0n);
    const numerators = tiers.map(({ numerator }) => 2n * numerator);
    return [used, 2n * used * rate + 2n * denominator, ...lasts, ...numerators].every((value) => value < NARROW_MAX);
  });
  return narrow ? "Int128" : "Int256";
}
