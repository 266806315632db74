import { monthBounds, monthOf, nextMonth, type Span } from "./calendar.ts";
import { assert } from "./errors.ts";
import { type InstantMs, instant } from "./instant.ts";

/** From `from_ms` on an account lives in a zone; 0 = since the beginning of time. */
export interface ZoneFrom {
  readonly from_ms: number;
  readonly time_zone: string;
}

/** The zones of an account, ascending and never empty; the first holds from the beginning, each other begins with a month of the one before. */
export type ZoneTimeline = readonly ZoneFrom[];

/** The timeline of who never moved. */
export function alwaysIn(time_zone: string): ZoneTimeline {
  return [{ from_ms: 0, time_zone }];
}

/** Reads a timeline as statements give it: `0 UTC,1796083200000 Asia/Kolkata`. Entries that change nothing are left out. */
export function parseTimeline(text: string): ZoneTimeline {
  const entries = text.split(",").map((entry): ZoneFrom => {
    const space = entry.indexOf(" ");
    return { from_ms: Number(entry.slice(0, space)), time_zone: entry.slice(space + 1) };
  });
  return entries.filter(({ time_zone }, index) => time_zone !== entries[index - 1]?.time_zone);
}

/** The zone an account is in at an instant. */
export function zoneAt(timeline: ZoneTimeline, at: InstantMs): string {
  const entry = timeline.findLast(({ from_ms }) => from_ms <= at) ?? timeline[0];
  assert(entry !== undefined, "a timeline has a zone from the beginning");
  return entry.time_zone;
}

/**
 * An account's month `2026-10`: from its start to the start of the next one, each in the zone that holds then. A month in
 * which the zone changes begins where the former zone's began and ends in the new one (design.md §6.3), so months tile.
 * Throws RangeError for a bad zone, or text other than `YYYY-MM`.
 */
export function accountMonth(timeline: ZoneTimeline, month: string): Span {
  return { start: monthStart(timeline, month), end: monthStart(timeline, nextMonth(month)) };
}

/** The account's month that holds an instant. */
export function accountMonthOf(timeline: ZoneTimeline, at: InstantMs): string {
  // A month that began in another zone is at most a day away from the one this zone's calendar shows.
  const shown = monthOf({ zone: zoneAt(timeline, at), at });
  const next = nextMonth(shown);
  return monthStart(timeline, next) <= at ? next : shown;
}

/** The first start of an account's month at or after an instant. */
export function nextMonthStart(timeline: ZoneTimeline, at: InstantMs): InstantMs {
  const { start, end } = accountMonth(timeline, accountMonthOf(timeline, at));
  return start >= at ? start : end;
}

const HALF_DAY_MS = 43_200_000;

function monthStart(timeline: ZoneTimeline, month: string): InstantMs {
  // Half a day more: a zone that began with a month still does when a later tz database moves that month's start.
  const first = timeline.findLastIndex(({ from_ms }, index) => {
    const former = timeline[index - 1];
    return former === undefined || monthOf({ zone: former.time_zone, at: instant(from_ms + HALF_DAY_MS) }) <= month;
  });
  const entry = timeline[first];
  assert(entry !== undefined, "a timeline has a zone from the beginning");
  const former = timeline[first - 1];
  const began = former && monthOf({ zone: former.time_zone, at: instant(entry.from_ms + HALF_DAY_MS) });
  return began === month ? instant(entry.from_ms) : monthBounds({ zone: entry.time_zone, month }).start;
}
