import type { UsageType } from "../core/usage-type.ts";

const HOUR_MS = 3_600_000n;
const GIB = 1_073_741_824n;

/** How many of which base units a unit is. "products": of time with anything but bytes, such as session_ms; "counts": requests and all else. */
interface UnitRule {
  /**
   * Digits before the point that a rate of it may have, 12 at most. A reading is below 2^63 whatever it counts, so what is priced one by
   * one or by the thousand stays below 10^25 for each of them, far from the 10^29 an amount can be (P9).
   */
  readonly rate_digits: number;
  readonly of: "ms" | "byte_ms" | "bytes" | "products" | "counts";
  base(month_ms: bigint): bigint;
}

/** Units a tariff may price, by the base unit of the usage types each can be held against. */
const units = {
  hour: { of: "ms", rate_digits: 12, base: () => HOUR_MS },
  gib_hour: { of: "byte_ms", rate_digits: 12, base: () => GIB * HOUR_MS },
  month: { of: "ms", rate_digits: 12, base: (month_ms) => month_ms },
  gib_month: { of: "byte_ms", rate_digits: 12, base: (month_ms) => GIB * month_ms },
  gib: { of: "bytes", rate_digits: 12, base: () => GIB },
  each: { of: "counts", rate_digits: 6, base: () => 1n },
  thousand: { of: "counts", rate_digits: 9, base: () => 1_000n },
  million: { of: "counts", rate_digits: 12, base: () => 1_000_000n },
  unit_hour: { of: "products", rate_digits: 6, base: () => HOUR_MS },
} as const satisfies Record<string, UnitRule>;

export type Unit = keyof typeof units;

export const unitNames = Object.keys(units) as Unit[];

/**
 * Base units (ms, byte·ms, bytes, requests, …) of one unit. A month is the given ms of that calendar month in the account's zone, a
 * month with a moved clock as long as it really was: 745 hours in October, so a VM on all month is one month, never more.
 */
export function unitBase(unit: Unit, month_ms: bigint): bigint {
  return units[unit].base(month_ms);
}

/** How many digits before the point a rate of this unit may have. */
export function rateDigits(unit: Unit): number {
  return units[unit].rate_digits;
}

/** Whether use that is counted in `base_unit` can be priced by this unit. */
export function unitFits(unit: Unit, base_unit: UsageType["unit"]): boolean {
  return units[unit].of === kindOf(base_unit);
}

function kindOf(base_unit: string): UnitRule["of"] {
  if (base_unit === "ms" || base_unit === "byte_ms" || base_unit === "bytes") return base_unit;
  return base_unit.endsWith("_ms") ? "products" : "counts";
}
