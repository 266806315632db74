import type { Tariff } from "../tariff.ts";
import { type PriceStep, readRate } from "./curve.ts";

/** Each unit costs what its step says; the unit on a border belongs to the step it ends, in the customer's favour. */
export function graduated(tiers: NonNullable<Tariff["tiers"]>): PriceStep[] {
  return tiers.map(({ up_to, rate }, tier) => ({
    tier,
    up_to: up_to === null ? null : BigInt(up_to),
    rate: readRate(rate),
  }));
}
