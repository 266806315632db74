import { minorUnit } from "../../core/currencies.ts";
import { dec, formatDecimal, formatFixed } from "../../core/decimal.ts";
import type { Labels } from "./labels.ts";

/** How a language writes numbers: what stands between thousands, and before decimals. */
export type NumberForm = Labels["numbers"];

/** An amount with all decimals of its currency, grouped as the language does: `1.234,50`. Pure. */
export function showMoney(amount: string, { currency, form }: { currency: string; form: NumberForm }): string {
  return group(formatFixed(dec(amount), minorUnit(currency)), form);
}

/** A quantity or price with the digits it has. Pure. */
export function showNumber(decimal: string, form: NumberForm): string {
  return group(formatDecimal(dec(decimal)), form);
}

function group(decimal: string, { thousands, point }: NumberForm): string {
  const [whole = "", fraction] = decimal.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousands);
  // A minus sign, not a hyphen: it is as wide as a digit, and no line breaks after it.
  const sign = decimal.startsWith("-") ? "\u2212" : "";
  return fraction === undefined ? `${sign}${grouped}` : `${sign}${grouped}${point}${fraction}`;
}
