/*
 * Exact money on integers. An amount is a whole number of 10^-9 currency units ("nano"); prices come as decimal text.
 */
const RATING_SCALE = 9;

const MINOR_DIGITS: Readonly<Record<string, number>> = { EUR: 2, USD: 2, GBP: 2, CHF: 2, INR: 2, JPY: 0, BHD: 3 };

/** A decimal text as numerator over a power of ten: "0.05" is 5 / 100. Throws on anything but plain unsigned decimals. */
export function fractionOf(text: string): { readonly num: bigint; readonly den: bigint } {
  const found = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (found === null) throw new Error(`not an unsigned decimal: ${text}`);
  const decimals = found[2] ?? "";
  return { num: BigInt((found[1] ?? "") + decimals), den: 10n ** BigInt(decimals.length) };
}

/** num / den to the nearest integer, halves away from zero: sign × ((2·|num| + den) div (2·den)), den > 0. */
export function roundHalfAway(num: bigint, den: bigint): bigint {
  const size = num < 0n ? -num : num;
  const rounded = (2n * size + den) / (2n * den);
  return num < 0n ? -rounded : rounded;
}

/** R, the rounding of a billing record: the amount num / den in currency units, rounded to whole nano units. */
export function toNano(num: bigint, den: bigint): bigint {
  return roundHalfAway(num * 10n ** BigInt(RATING_SCALE), den);
}

/** Nano units rounded to what the currency can pay out, still in nano units; throws on a currency it does not know. */
export function toMinorUnit(nano: bigint, currency: string): bigint {
  const step = 10n ** BigInt(RATING_SCALE - minorDigits(currency));
  return roundHalfAway(nano, step) * step;
}

/** Nano units as decimal text with all nine decimals. */
export function nanoText(nano: bigint): string {
  return decimalText(nano, RATING_SCALE);
}

/** Nano units that are whole minor units as decimal text with the currency's decimals: "12.50", "1250". */
export function moneyText(nano: bigint, currency: string): string {
  const digits = minorDigits(currency);
  const step = 10n ** BigInt(RATING_SCALE - digits);
  if (nano % step !== 0n) throw new Error(`${nanoText(nano)} ${currency} is no whole number of minor units`);
  return decimalText(nano / step, digits);
}

function minorDigits(currency: string): number {
  const digits = MINOR_DIGITS[currency];
  if (digits === undefined) throw new Error(`minor unit of ${currency} unknown`);
  return digits;
}

function decimalText(scaled: bigint, digits: number): string {
  const text = (scaled < 0n ? -scaled : scaled).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const sign = scaled < 0n ? "-" : "";
  return digits === 0 ? sign + whole : `${sign}${whole}.${text.slice(-digits)}`;
}
