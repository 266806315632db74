/** Decimals a rate may have. */
export const RATE_SCALE = 12;

/** Units after the former step's last one, up to and with `up_to` (null: all that follow), at `rate` × 10^-12 each. */
export interface PriceStep {
  readonly up_to: bigint | null;
  readonly rate: bigint;
}

/** A checked rate such as "0.05" as a whole number of 10^-12. */
export function readRate(rate: string): bigint {
  const [whole = "0", fraction = ""] = rate.split(".");
  return BigInt(whole + fraction.padEnd(RATE_SCALE, "0"));
}
