import { currencyCodes, minorUnit } from "../../core/currencies.ts";
import { RATING_SCALE } from "../../core/decimal.ts";

/** One coin in 10^-9 of each currency, as statements that round to coins take it. */
export const coins = {
  currency_codes: [...currencyCodes],
  minor_steps: currencyCodes.map((code) => 10 ** (RATING_SCALE - minorUnit(code))),
};
