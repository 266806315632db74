import { dec, formatDecimal } from "../../core/decimal.ts";
import { ruleOf, type TaxRate } from "./tax-rate.ts";

/** A rate as statements look it up: the first that holds for a line counts. */
export interface LaidRate extends TaxRate {
  /** Which payers it is for. */
  readonly rule: string;
  /** Millionths of a percent. */
  readonly percent_no: number;
  /** What documents say where the payer's profile says nothing. */
  readonly reason: string;
}

const any = { percent: "0", country: "", region: "", usage_types: [], components: [], valid_from: "", valid_to: "" };
/** Payers with a rule of their own are told so also where no rate is for them. */
const fallbacks: readonly TaxRate[] = [
  { ...any, id: "exempt", name: "Exempt", category: "E" },
  { ...any, id: "reverse_charge", name: "Reverse charge", category: "AE" },
  { ...any, id: "outside", name: "Not subject to tax", category: "O" },
];
const reasons: Readonly<Record<string, string>> = {
  reverse_charge: "Reverse charge: the customer accounts for the tax",
  outside: "Not subject to tax",
};

/**
 * Rates in the order in which they are asked, the most specific first: those of a component, then of a usage type, then of none; among these
 * of a region, of a country, of none; then by id. No rates at all: nobody is taxed. Pure.
 */
export function layRates(rates: readonly TaxRate[]): LaidRate[] {
  if (rates.length === 0) return [];
  return [...rates.toSorted(bySpecificity), ...fallbacks].map((rate) => {
    const rule = ruleOf(rate.category);
    const percent_no = Number(formatDecimal(dec(rate.percent).times(1_000_000)));
    return { ...rate, rule, percent_no, reason: reasons[rule] ?? "" };
  });
}

function bySpecificity(a: TaxRate, b: TaxRate): number {
  return weight(b) - weight(a) || (a.id < b.id ? -1 : 1);
}

function weight({ components, usage_types, country, region }: TaxRate): number {
  const item = (components.length === 0 ? 0 : 2) + (usage_types.length === 0 ? 0 : 1);
  const place = region === "" ? (country === "" ? 0 : 1) : 2;
  return item * 3 + place;
}

/** Rates as the engine reads them: function tax_rates_of in sql/views. */
export function formatRates(rates: readonly LaidRate[]): string {
  return JSON.stringify(
    rates.map((rate) => [
      rate.id,
      rate.rule,
      rate.country,
      rate.region,
      rate.usage_types,
      rate.components,
      rate.valid_from,
      rate.valid_to,
      rate.name,
      rate.category,
      rate.percent_no,
      rate.reason,
    ]),
  );
}
