import { type PriceStep, readRate } from "./curve.ts";

/** Every unit costs the same: one open step. */
export function perUnit(rate: string): PriceStep[] {
  return [{ tier: 0, up_to: null, rate: readRate(rate) }];
}
