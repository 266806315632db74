import type { Tariff } from "../tariff.ts";
import { graduated } from "./graduated.ts";
import type { PriceStep } from "./curve.ts";

/**
 * All units cost what the step says that the period's total reaches: one way to price for each step, of which the total picks the
 * first whose `up_to` it does not pass. The total on a border is priced by the step it ends.
 */
export function volume(tiers: NonNullable<Tariff["tiers"]>): { up_to: bigint | null; steps: PriceStep[] }[] {
  return graduated(tiers).map(({ tier, up_to, rate }) => ({ up_to, steps: [{ tier, up_to: null, rate }] }));
}
