import { Dec, formatDecimal } from "../../core/decimal.ts";
import type { InstantMs } from "../../core/instant.ts";

/** One of our slices as CloudStack sees it. */
export interface FormulaSlice {
  readonly from_ms: InstantMs;
  /** Half-open, as all our slices. */
  readonly to_ms: InstantMs;
  /** Whether an event that closes CloudStack's row ends it inside its window; false where it runs to the window's end. */
  readonly closed: boolean;
}

/**
 * The `raw_usage` CloudStack stores for a record over time, in hours, from our slices of it: those of one account, usage type,
 * resource and window, and of what CloudStack tells apart (offering, CPU, memory, size, VM …, not tags). For the compatible
 * endpoint alone: it is off by up to a millisecond a close and seven digits in all; the exact figure stands beside it.
 *
 * CloudStack's ends are inclusive: a row closed at T counts the millisecond T, a row clipped at its window's last millisecond
 * counts just the window. So each slice that an event ends has 1 ms more than ours, and no other has.
 *
 * Where it rounds to float32: the summed milliseconds when the division begins (from 2^24 ms on, 4.66 hours, one of them is lost),
 * and each of the three quotients, by 1000, by 60 and by 60. A single division by 3,600,000 would give 0.7500002980 for
 * 2,700,001 ms, where CloudStack stores 0.7500002384. The float32 is stored as a double, unchanged.
 *
 * Not made up for: the millisecond CloudStack charges in the next window for what closes on a window's edge, in ours nothing
 * was used; and what it loses or charges twice by its faults.
 */
export function cloudstackRawUsage(slices: readonly FormulaSlice[]): number {
  const ms = slices.reduce((sum, { from_ms, to_ms, closed }) => sum + (to_ms - from_ms) + (closed ? 1 : 0), 0);
  const seconds = Math.fround(Math.fround(ms) / 1000);
  const minutes = Math.fround(seconds / 60);
  return Math.fround(minutes / 60);
}

/** The text CloudStack shows beside it: six decimals at most, halves to even, no trailing zeros: `0.833333 Hrs`, `24 Hrs`. */
export function cloudstackUsageText(raw_usage: number): string {
  return `${formatDecimal(new Dec(raw_usage).toDecimalPlaces(6, Dec.ROUND_HALF_EVEN))} Hrs`;
}

/** Whether an event of this type that ends a slice closes CloudStack's row: what only we know (a change of tags, of size …) does not. */
export function closesCloudstackRow(event_type: string): boolean {
  return !event_type.startsWith("tally.");
}
