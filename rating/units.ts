import type { UsageType } from "../core/usage-types.ts";

const HOUR_MS = 3_600_000n;
const GIB = 1_073_741_824n;

/** Units a tariff may price, and the measure each can be held against. */
const measureOf = {
  hour: "duration",
  gib_hour: "capacity",
  month: "duration",
  gib_month: "capacity",
} as const satisfies Record<string, UsageType["measure"]>;

export type Unit = keyof typeof measureOf;

export const unitNames = Object.keys(measureOf) as Unit[];

/**
 * Base units (ms or byte·ms) of one unit. A month is the given ms of that calendar month in the account's zone, a
 * month with a moved clock as long as it really was: 745 hours in October, so a VM on all month is one month, never more.
 */
export function unitBase(unit: Unit, month_ms: bigint): bigint {
  const time_ms = unit === "hour" || unit === "gib_hour" ? HOUR_MS : month_ms;
  return measureOf[unit] === "capacity" ? GIB * time_ms : time_ms;
}

/** Whether use measured so can be counted in this unit. */
export function unitFits(unit: Unit, measure: UsageType["measure"]): boolean {
  return measureOf[unit] === measure;
}
