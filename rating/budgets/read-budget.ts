import { isCurrency, minorUnit } from "../../core/currencies.ts";
import { type Dec, formatDecimal, parseDecimal } from "../../core/decimal.ts";
import { refuse } from "../refuse.ts";
import type { Budget, BudgetInput, Threshold } from "./budget.ts";

const PERCENT_MAX = 10_000;

/** What a budget says, its decimals in their shortest form. Pure. @throws AppError invalid-request */
export function readBudget(input: BudgetInput): Omit<Budget, "version" | "changed_at" | "changed_by"> {
  const { budget_id, name = budget_id, payer_account_id, account_id, currency, period = "month" } = input;
  if ((payer_account_id === undefined) === (account_id === undefined))
    refuse("payer_account_id", payer_account_id, "either payer_account_id or account_id");
  if (!isCurrency(currency)) refuse("currency", currency, "a current ISO 4217 code such as EUR");
  const bounds = { whole: 12, decimals: minorUnit(currency), words: "below 10^12, in the currency's coins" };
  const amount = formatDecimal(positive("amount", input.amount, bounds));
  const thresholds = input.thresholds.map(readThreshold);
  const names = thresholds.map(({ percent, of }) => `${percent} ${of}`);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined) refuse("thresholds", twice, "each threshold once");
  return {
    budget_id,
    name,
    ...(account_id === undefined ? {} : { account_id }),
    ...(payer_account_id === undefined ? {} : { payer_account_id }),
    currency,
    amount,
    thresholds,
    period,
  };
}

function readThreshold({ percent, of }: Threshold): Threshold {
  const value = positive("thresholds", percent, { whole: 5, decimals: 2, words: "up to 10000 with two decimals" });
  if (value.gt(PERCENT_MAX)) refuse("thresholds", percent, `${PERCENT_MAX} percent at most`);
  return { percent: formatDecimal(value), of };
}

function positive(
  field: string,
  text: string,
  { whole, decimals, words }: { whole: number; decimals: number; words: string },
): Dec {
  const value = parseDecimal(text, { max_integer_digits: whole, max_decimals: decimals });
  if (value === null || !value.gt(0)) refuse(field, text, `a decimal above 0, ${words}`);
  return value;
}
