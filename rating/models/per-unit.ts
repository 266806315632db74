import { type PriceStep, readRate } from "./price-step.ts";

/** Every unit costs the same: one open step. */
export function perUnit(rate: string): PriceStep[] {
  return [{ up_to: null, rate: readRate(rate) }];
}
