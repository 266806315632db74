import { Dec, formatDecimal, RATING_SCALE } from "../../core/decimal.ts";
import { RATE_SCALE } from "../models/curve.ts";
import type { ExplainedPrice } from "./explanation.ts";
import type { PriceRow } from "./explain-sql.ts";

/** From here on a tier is open: no quantity comes so far. */
const OPEN_END = 10n ** 37n;
/** A curve's denominator turns rates of 10^-12 into 10^-9 of the currency. */
const NANO = 10n ** BigInt(RATE_SCALE - RATING_SCALE);

/** A price as a run kept it, in the currency and in base units. */
export function explainPrice(row: PriceRow): ExplainedPrice {
  const labels = new Map(row.tiers.map((tier, index) => [tier, row.labels[index] ?? ""]));
  const pooled = row.pooled === 1;
  const rate = (value: string): string =>
    formatDecimal(new Dec(value).div(new Dec(10).pow(pooled ? RATING_SCALE : RATE_SCALE)));
  return {
    tariff_no: row.price_no,
    // written by keepPrices alone, from a tariff that was checked
    tariff: JSON.parse(row.tariff) as ExplainedPrice["tariff"],
    unit_base: row.unit_base,
    curve: {
      tiers: row.curve_tiers.map((tier, index) => ({
        tier,
        label: pooled ? "pooled" : (labels.get(tier) ?? ""),
        from: row.lows[index] ?? "0",
        to: endOf(row.highs[index] ?? "0"),
        rate: rate(row.rates[index] ?? "0"),
      })),
      per: perOf(row, pooled),
      whole_steps: row.step_base !== "1",
      pooled,
    },
    decimals: RATING_SCALE,
  };
}

// A step of one base unit is divided by the unit, a package is not; a share of a pool is the price of all its use.
function perOf({ step_base, denominator }: PriceRow, pooled: boolean): string {
  return (pooled ? BigInt(denominator) : (BigInt(step_base) * BigInt(denominator)) / NANO).toString();
}

function endOf(high: string): string | null {
  return BigInt(high) >= OPEN_END ? null : high;
}
