import { parseDecimal } from "./decimal.ts";
import type { SettingDefinition } from "./setting-definition.ts";

/** Whether a text says below what a balance is low: an amount such as 10.00, or a percentage such as 20%. */
export function isLowThreshold(value: string): boolean {
  const [, amount = "", percent] = /^(\d[\d.]*)(%)?$/.exec(value) ?? [];
  const read = parseDecimal(amount, { max_integer_digits: 12, max_decimals: 9 });
  return read !== null && (percent === undefined || read.lte(100));
}

/** Settings of what is owed and paid. */
export const moneySettings = [
  {
    name: "billing.credit.grace",
    default: "31",
    unit: "days",
    meaning:
      "How long after its expiry what is left of a promotion stays before it is booked out; longer while a month it may cover is not final.",
    expected: "a whole number of days from 0 to 366",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => /^(0|[1-9]\d{0,2})$/.test(value) && Number(value) <= 366,
  },
  {
    name: "billing.prepaid.low",
    default: "20%",
    unit: "amount or percentage",
    meaning:
      "At or below what a prepaid payer's balance is low, where the account says nothing itself: an amount in its currency, or a percentage of what was last put in.",
    expected: "a decimal from 0 with nine decimals at most, such as 10.00, or a percentage up to 100%, such as 20%",
    applies: "live",
    fixed_by_usage: false,
    accepts: isLowThreshold,
  },
  {
    name: "exports.keep.days",
    default: "90",
    unit: "days",
    meaning: "How long files of exports are kept after they were written; 0 = until they are removed by hand.",
    expected: "a whole number of days from 0 to 3660",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => /^(0|[1-9]\d{0,3})$/.test(value) && Number(value) <= 3660,
  },
] as const satisfies readonly SettingDefinition[];
