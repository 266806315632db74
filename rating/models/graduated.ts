import { type PriceStep, readRate } from "./price-step.ts";

/** Each unit costs what its step says; the unit on a border belongs to the step it ends, in the customer's favour. */
export function graduated(tiers: readonly { readonly up_to: string | null; readonly rate: string }[]): PriceStep[] {
  return tiers.map(({ up_to, rate }) => ({ up_to: up_to === null ? null : BigInt(up_to), rate: readRate(rate) }));
}
