/** One past the highest size, reading and sequence: what no sum can overflow is derived from it (P9). */
export const wholeMax = 2n ** 63n;

/** A whole number from 0 to 2^63 - 1, null when out of range. A JSON integer at or above 2^53 has lost digits already. */
export function readWhole(value: string | number): bigint | null {
  if (typeof value === "number" && !Number.isSafeInteger(value)) return null;
  const number = BigInt(value);
  return number < wholeMax ? number : null;
}
