import { atWallClock, dayNumberOf, type DayNumber, type Span } from "../../core/calendar.ts";
import { instant } from "../../core/instant.ts";
import type { ZoneTimeline } from "../../core/zone-timeline.ts";
import type { PriceBand, Weekday } from "../tariff.ts";

/** Monday first, as days since 1970-01-01 (a Thursday) count them with three added. */
const weekdays: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_MINUTES = 1440;
const WEEK_MINUTES = 7 * DAY_MINUTES;

/**
 * When a band holds inside a span of an account's time, ascending. It begins and ends when the clock on the wall first shows its times: a
 * night from 22:00 to 06:00 has seven hours in March and nine in October. Where the account moved to another zone, each zone's clock
 * counts for its own time.
 */
export function bandSpans(band: PriceBand, timeline: ZoneTimeline, span: Span): Span[] {
  return timeline.flatMap(({ from_ms, time_zone }, index) => {
    const start = Math.max(span.start, from_ms);
    const end = Math.min(span.end, timeline[index + 1]?.from_ms ?? span.end);
    return start < end ? spansInZone(band, time_zone, { start: instant(start), end: instant(end) }) : [];
  });
}

/** Whether two bands of one tariff would both hold at some time of the week. */
export function bandsClash(a: PriceBand, b: PriceBand): boolean {
  const taken = minutesOfWeek(b);
  return minutesOfWeek(a).some(([from, to]) => taken.some(([other, end]) => from < end && other < to));
}

function spansInZone(band: PriceBand, zone: string, { start, end }: Span): Span[] {
  const spans: Span[] = [];
  // The day before may reach into the first one.
  const last = dayNumberOf(zone, end);
  for (let day: DayNumber = dayNumberOf(zone, start) - 1; day <= last; day += 1) {
    if (!beginsOn(band, day)) continue;
    const { from, to } = minutesOf(band);
    const opens = atWallClock({ zone, day, minute: from });
    const closes = wallClock(zone, day, to);
    if (opens === null || closes === null) continue;
    const clipped = { start: instant(Math.max(opens, start)), end: instant(Math.min(closes, end)) };
    if (clipped.start < clipped.end) spans.push(clipped);
  }
  return spans;
}

// 24:00 and later are times of the next day; where that day never was, of the one after it, which begins at the same instant.
function wallClock(zone: string, day: DayNumber, minute: number): number | null {
  if (minute < DAY_MINUTES) return atWallClock({ zone, day, minute });
  return (
    atWallClock({ zone, day: day + 1, minute: minute - DAY_MINUTES }) ?? atWallClock({ zone, day: day + 2, minute: 0 })
  );
}

function beginsOn(band: PriceBand, day: DayNumber): boolean {
  const days: readonly Weekday[] = band.days ?? weekdays;
  const name = weekdays[(((day + 3) % 7) + 7) % 7];
  return name !== undefined && days.includes(name);
}

/** Minutes since the midnight of the day the band begins on; an end at or before its begin is on the next day. */
function minutesOf({ from, to }: PriceBand): { from: number; to: number } {
  const [opens, closes] = [minuteOf(from), minuteOf(to)];
  return { from: opens, to: closes > opens ? closes : closes + DAY_MINUTES };
}

function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

function minutesOfWeek(band: PriceBand): (readonly [number, number])[] {
  const { from, to } = minutesOf(band);
  return (band.days ?? weekdays).flatMap((day) => {
    const midnight = weekdays.indexOf(day) * DAY_MINUTES;
    const [opens, closes] = [midnight + from, midnight + to];
    if (closes <= WEEK_MINUTES) return [[opens, closes] as const];
    return [[opens, WEEK_MINUTES] as const, [0, closes - WEEK_MINUTES] as const];
  });
}
