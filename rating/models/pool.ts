import { allocate } from "../../core/decimal.ts";
import type { PriceCurve } from "./curve.ts";

/** What one account of a pool used, in base units. */
export interface PoolUse {
  readonly account_no: number;
  readonly used: bigint;
}

/**
 * Shares what a pool costs (10^-9 of the currency) by use: largest remainder, ties to the account that comes first. `uses` in the order of
 * account ids. Each share becomes a curve on which the account's own quantity runs from nothing to its share, so its records add up to it.
 */
export function sharePool(cost: bigint, uses: readonly PoolUse[]): { account_no: number; curve: PriceCurve }[] {
  const shares = allocate(
    cost,
    uses.map(({ used }) => used),
  );
  return uses.map(({ account_no, used }, index) => ({ account_no, curve: evenCurve(shares[index] ?? 0n, used) }));
}

function evenCurve(cost: bigint, used: bigint): PriceCurve {
  const tiers = [{ tier: 0, low: 0n, high: null, rate: cost, numerator: 0n }];
  return { tiers, step_base: 1n, denominator: used === 0n ? 1n : used };
}
