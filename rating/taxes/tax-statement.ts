import { minorUnit } from "../../core/currencies.ts";
import { Dec, type Dec as Decimal, dec, roundTo } from "../../core/decimal.ts";
import type { LaidRate } from "./lay-rates.ts";

/** What of a line its tax follows from. */
export interface TaxedLine {
  readonly usage_type: number | null;
  readonly component: string | null;
  readonly amount: string;
  /** The month it corrects; null = it is of the statement's own. */
  readonly adjusts: { readonly period: string } | null;
}

/** What of a payer his tax follows from. */
export interface TaxedPayer {
  readonly rule: string;
  readonly country: string;
  readonly region: string;
}

/** Tax by one rate on lines of one month. */
export interface Tax {
  readonly tax_rate_id: string;
  readonly period: string;
  readonly net: Decimal;
  readonly amount: Decimal;
}

/** The rate that holds for a line, null = none: by the last day of the line's month, of a correction the month it corrects. Pure. */
function rateOf(
  { usage_type, component, adjusts }: TaxedLine,
  { payer, period, rates }: { payer: TaxedPayer; period: string; rates: readonly LaidRate[] },
): LaidRate | null {
  const day = lastDay(adjusts?.period ?? period);
  return (
    rates.find(
      (rate) =>
        rate.rule === payer.rule &&
        (rate.country === "" || rate.country === payer.country) &&
        (rate.region === "" || rate.region === payer.region) &&
        (rate.usage_types.length === 0 || rate.usage_types.includes(usage_type ?? 0)) &&
        (rate.components.length === 0 || rate.components.includes(component ?? "")) &&
        rate.valid_from <= day &&
        (rate.valid_to === "" || day < rate.valid_to),
    ) ?? null
  );
}

/**
 * Tax of one statement as the engine works it out (sql/rating/taxes): the sum of the lines of a rate and month times its percentage, rounded
 * once to the currency's coins, half away from zero. By rate and month. Pure.
 */
export function taxStatement(
  lines: readonly TaxedLine[],
  of: { payer: TaxedPayer; period: string; currency: string; rates: readonly LaidRate[] },
): Tax[] {
  const sums = new Map<string, { rate: LaidRate; period: string; net: Decimal }>();
  for (const line of lines) {
    const rate = rateOf(line, of);
    if (rate === null) continue;
    const period = line.adjusts?.period ?? of.period;
    const key = `${rate.id}/${period}`;
    const former = sums.get(key)?.net ?? new Dec(0);
    sums.set(key, { rate, period, net: former.plus(dec(line.amount)) });
  }
  return [...sums.values()]
    .map(({ rate, period, net }) => ({
      tax_rate_id: rate.id,
      period,
      net,
      amount: roundTo(net.times(rate.percent_no).div(100_000_000), minorUnit(of.currency)),
    }))
    .toSorted((a, b) =>
      a.tax_rate_id === b.tax_rate_id ? compare(a.period, b.period) : compare(a.tax_rate_id, b.tax_rate_id),
    );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Above all days of a month and below the next one: only compared with. */
function lastDay(month: string): string {
  return `${month}-31`;
}
