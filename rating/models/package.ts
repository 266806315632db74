import { type PriceCurve, readRate, steppedCurve, withIncluded } from "./curve.ts";

/** Started packages of `package_size` units at `rate` each: ceil(c / size) × rate; the first begins after what is included. */
export function packages(
  deal: { package_size: string; rate: string; included: bigint },
  unit_base: bigint,
): PriceCurve {
  const steps = withIncluded([{ tier: 0, up_to: null, rate: readRate(deal.rate) }], deal.included);
  return steppedCurve(steps, { unit_base, step_base: BigInt(deal.package_size) * unit_base });
}
