import { fractionOf } from "./money.ts";

/** A usage record as CloudStack's quota plugin reads it. */
export interface QuotaRecord {
  /** raw_usage: hours, or of traffic bytes. */
  readonly raw: number;
  /** Bytes of a volume or snapshot; null where a size does not count. */
  readonly size: bigint | null;
  readonly unit: "month" | "gib_month" | "gib";
  /** Days of the month in which the record begins. */
  readonly days: number;
  /** Of the tariffs whose validity touches the record: they are added, each in full. */
  readonly values: readonly string[];
}

/** Decimal places of a price per hour, of GiB and of quota_used. */
const SCALE = 10n ** 8n;

/**
 * quota_used as CloudStack works it out, in 10^-8 of the currency: the price of an hour is rounded to eight decimals first, halves to even, then
 * multiplied by hours and GiB; a month has days × 24 hours whatever the clock does.
 */
export function quotaUsed({ raw, size, unit, days, values }: QuotaRecord): bigint {
  const { num, den } = values.map(fractionOf).reduce((sum, of) => ({
    num: sum.num * of.den + of.num * sum.den,
    den: sum.den * of.den,
  }));
  const use = exact(raw);
  if (unit === "gib") {
    const gib = rounded(use.num * SCALE, use.den * 2n ** 30n);
    return rounded(gib * num, den);
  }
  const hourly = rounded(num * SCALE, den * BigInt(days) * 24n);
  const [bytes, per] = unit === "month" ? [1n, 1n] : [size ?? 0n, 2n ** 30n];
  return rounded(hourly * use.num * bytes, use.den * per);
}

/** 10^-8 of a currency as text. */
export function quotaText(used: bigint): string {
  const digits = used.toString().padStart(9, "0");
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`;
}

/** A float as the fraction it is: none of ours is finer than 2^-60. */
function exact(value: number): { num: bigint; den: bigint } {
  return { num: BigInt(value * 2 ** 60), den: 2n ** 60n };
}

function rounded(num: bigint, den: bigint): bigint {
  const whole = num / den;
  const twice = (num % den) * 2n;
  return twice > den || (twice === den && whole % 2n === 1n) ? whole + 1n : whole;
}
