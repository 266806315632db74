import { Decimal } from "decimal.js";

/**
 * Exact decimals for money, rates and quantities (P9): 60 significant digits, halves rounded away from zero.
 * 60 covers a quantity below 10^30 base units times a rate below 10^12 with 12 decimals. The exponent bounds keep
 * `toString` free of `1e-7`.
 */
export const Dec = Decimal.clone({
  defaults: true,
  precision: 60,
  rounding: Decimal.ROUND_HALF_UP,
  toExpNeg: -9e15,
  toExpPos: 9e15,
});
export type Dec = Decimal;

/** Decimals of a billing record's amount: the scale R rounds to. */
export const RATING_SCALE = 9;

const PLAIN_DECIMAL = /^-?(0|[1-9]\d*)(?:\.(\d+))?$/;

/**
 * A decimal we wrote ourselves (a literal, a column of our tables). Throws RangeError for text that is not a plain
 * decimal; for input of others use parseDecimal.
 */
export function dec(text: string): Dec {
  if (!PLAIN_DECIMAL.test(text)) throw new RangeError(`dec: "${text}" is not a plain decimal`);
  return withoutNegativeZero(new Dec(text));
}

/** What an edge lets in. Digits are counted as written, so `1.50` has two decimals. */
export interface DecimalBounds {
  readonly max_decimals: number;
  readonly max_integer_digits: number;
  /** Whether values below zero are allowed; false when left out. */
  readonly negative?: boolean;
}

/**
 * Reads a decimal string from outside, or null: no exponent, sign +, leading zero, bare point, minus zero, nor more
 * digits than the bounds allow.
 */
export function parseDecimal(text: string, bounds: DecimalBounds): Dec | null {
  const match = PLAIN_DECIMAL.exec(text);
  if (match === null) return null;
  const [, whole = "", fraction = ""] = match;
  if (whole.length > bounds.max_integer_digits || fraction.length > bounds.max_decimals) return null;
  const value = new Dec(text);
  if (text.startsWith("-") && (bounds.negative !== true || value.isZero())) return null;
  return value;
}

/** Writes all digits a value has and no more: `12.5`, `0`, never an exponent. */
export function formatDecimal(value: Dec): string {
  return withoutNegativeZero(value).toFixed();
}

/** Writes exactly `decimals` decimals, rounding half away from zero: `12.50`. */
export function formatFixed(value: Dec, decimals: number): string {
  return roundTo(value, decimals).toFixed(decimals);
}

/** Rounds to `decimals` decimals, half away from zero. The result is never minus zero. */
export function roundTo(value: Dec, decimals: number): Dec {
  return withoutNegativeZero(value.toDecimalPlaces(decimals, Dec.ROUND_HALF_UP));
}

/**
 * R, the rounding of a billing record, on integers: num / den to the nearest whole, half away from zero. Throws RangeError for a
 * den that is not positive.
 */
export function roundRatio(num: bigint, den: bigint): bigint {
  if (den <= 0n) throw new RangeError(`roundRatio: denominator ${den} is not positive`);
  const magnitude = num < 0n ? -num : num;
  const rounded = (2n * magnitude + den) / (2n * den);
  return num < 0n ? -rounded : rounded;
}

/**
 * Splits `total` by weight into whole parts that add up to it (largest remainder; ties go to the earlier index; a
 * negative total mirrors the positive one). All weights zero: the first takes all. Throws RangeError for a negative
 * weight, or for no weights with a total other than 0.
 */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  if (weights.some((weight) => weight < 0n)) throw new RangeError("allocate: a weight is negative");
  if (weights.length === 0 && total !== 0n) throw new RangeError(`allocate: nobody to take ${total}`);
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum === 0n) return weights.map((_, index) => (index === 0 ? total : 0n));

  const magnitude = total < 0n ? -total : total;
  const parts = weights.map((weight) => (magnitude * weight) / sum);
  const remainders = weights.map((weight, index) => ({ index, remainder: (magnitude * weight) % sum }));
  const left = magnitude - parts.reduce((a, b) => a + b, 0n);
  remainders.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  // The remainders sum to left × sum and each is below sum, so `left` is smaller than the number of weights above zero.
  for (const { index } of remainders.slice(0, Number(left))) parts[index] = (parts[index] ?? 0n) + 1n;
  return total < 0n ? parts.map((part) => -part) : parts;
}

function withoutNegativeZero(value: Dec): Dec {
  return value.isZero() ? new Dec(0) : value;
}
