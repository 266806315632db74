import type { PriceCurve } from "./models/curve.ts";

/** The integer type a rating run counts in. */
export type IntegerWidth = "Int128" | "Int256";

/** Twice a numerator plus a denominator must stay below 2^127; one bit is left to spare. */
const NARROW_MAX = 2n ** 126n;

/** A curve of a run, and how much of its usage type was used by all accounts together; no curve for what is only summed. */
export interface WidthCase {
  readonly curve: PriceCurve | null;
  readonly used: bigint;
}

/**
 * Int128 where no step of R(P(c)) can pass 2^126 for any of the curves, else Int256, which holds all that the bounds at the edge let in (P9).
 * Integers wrap without a word, so this looks at the worst that could be; Int128 halves the time of pricing (measured).
 */
export function integerWidth(cases: readonly WidthCase[]): IntegerWidth {
  const narrow = cases.every(({ curve, used }) => worstOf(curve, used).every((value) => value < NARROW_MAX));
  return narrow ? "Int128" : "Int256";
}

/** The greatest numbers that pricing up to `used` base units on a curve computes with, in 128 or 256 bits. */
export function worstOf(curve: PriceCurve | null, used: bigint): bigint[] {
  if (curve === null) return [used];
  const { tiers, step_base, denominator } = curve;
  const rate = tiers.reduce((most, tier) => (tier.rate > most ? tier.rate : most), 0n);
  const steps = step_base === 1n ? used : used / step_base + 1n;
  const lasts = tiers.map(({ high }) => high ?? 0n);
  const numerators = tiers.map((tier) => 2n * (tier.numerator + steps * rate) + 2n * denominator);
  return [used + step_base, 2n * denominator, ...lasts, ...numerators];
}
