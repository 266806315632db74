import { DateTime, IANAZone, Settings } from "luxon";
import { instant } from "./instant.ts";
import type { InstantMs } from "./instant.ts";

Settings.throwOnInvalid = true;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1440;

/** More edges than this in one answer is a mistake of the caller: 19 years of one-minute windows. */
const EDGES_MAX = 10_000_000;

/** A local calendar day as whole days since 1970-01-01, whatever the zone. */
export type DayNumber = number;

/** Half-open stretch of time [start, end). */
export interface Span {
  readonly start: InstantMs;
  readonly end: InstantMs;
}

/**
 * Whether `name` is a zone of the tz database (`UTC` among them, case ignored); an offset such as `UTC+3` or `+02:00`
 * is none.
 */
export function isTimeZone(name: string): boolean {
  // Newer engines take "+02:00" for a zone; every name in the tz database starts with a letter.
  return /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);
}

const zones = new Map<string, IANAZone>();

function zoneOf(name: string): IANAZone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (!isTimeZone(name))
    throw new RangeError(`"${name}" is not a time zone of the tz database, such as Europe/Amsterdam`);
  const zone = IANAZone.create(name);
  zones.set(name, zone);
  return zone;
}

/** Milliseconds the local clock is ahead of UTC at `at`. */
function offsetMs(zone: IANAZone, at: number): number {
  return Math.round(zone.offset(at) * MINUTE_MS);
}

/** First instant in (before, after] that has another offset than `before`, by bisection; the two ends must differ. */
function transitionBetween(zone: IANAZone, before: number, after: number): number {
  const offset = offsetMs(zone, before);
  let low = before;
  let high = after;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(zone, middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * First instant at which the local clock shows `local` (ms as if UTC); where a gap swallows it, the first instant after
 * the gap.
 */
function firstInstantShowing(zone: IANAZone, local: number): number {
  // No offset exceeds 15 hours, and no zone has changed its offset twice within two days since 1970.
  const earlier = offsetMs(zone, local - DAY_MS);
  const later = offsetMs(zone, local + DAY_MS);
  if (earlier === later) return local - earlier;
  const firstPass = local - earlier;
  if (offsetMs(zone, firstPass) === earlier) return firstPass;
  const secondPass = local - later;
  if (offsetMs(zone, secondPass) === later) return secondPass;
  return transitionBetween(zone, local - DAY_MS, local + DAY_MS);
}

function startOfDay(zone: IANAZone, day: DayNumber): number {
  return firstInstantShowing(zone, day * DAY_MS);
}

/**
 * The local day whose window holds `at`. It differs from the date shown only where midnight comes twice (Newfoundland
 * before 2012).
 */
function dayContaining(zone: IANAZone, at: number): { day: DayNumber; start: number; end: number } {
  let day = Math.floor((at + offsetMs(zone, at)) / DAY_MS);
  let start = startOfDay(zone, day);
  // Where midnight comes twice, the date shown falls back for a while after its day has begun.
  let end = startOfDay(zone, day + 1);
  while (end <= at) {
    day += 1;
    start = end;
    end = startOfDay(zone, day + 1);
  }
  return { day, start, end };
}

/** Edges of the windows of one local day, its start included, its end not. */
function edgesOfDay(
  zone: IANAZone,
  { range_minutes, start, end }: { range_minutes: number; start: number; end: number },
): number[] {
  if (start === end) return []; // the day never was: Apia, 30 December 2011
  if (range_minutes === DAY_MINUTES) return [start];
  if (range_minutes === 60 && !isPlainDay(zone, start, end)) return hoursOfOddDay(zone, start, end);
  const edges: number[] = [];
  for (let edge = start; edge < end; edge += range_minutes * MINUTE_MS) edges.push(edge);
  return edges;
}

/**
 * Whether the clock is not moved during the day and showed a full hour at its start: then local hours are elapsed
 * hours.
 */
function isPlainDay(zone: IANAZone, start: number, end: number): boolean {
  const offset = offsetMs(zone, start);
  return offset === offsetMs(zone, end) && (start + offset) % HOUR_MS === 0;
}

/**
 * Full local hours of a day on which the clock is moved, or began within an hour; without a move the second stretch is
 * empty.
 */
function hoursOfOddDay(zone: IANAZone, start: number, end: number): number[] {
  const moved = transitionBetween(zone, start, end);
  const edges = new Set([start]);
  for (const [from, to] of [
    [start, moved],
    [moved, end],
  ] as const) {
    const offset = offsetMs(zone, from);
    const first = Math.ceil((from + offset) / HOUR_MS) * HOUR_MS - offset;
    for (let edge = first; edge < to; edge += HOUR_MS) edges.add(edge);
  }
  return [...edges];
}

function requireRange(range_minutes: number): void {
  const ok = Number.isInteger(range_minutes) && range_minutes >= 1 && DAY_MINUTES % range_minutes === 0;
  if (!ok) throw new RangeError(`range of ${range_minutes} minutes does not divide a day of 1440`);
}

/**
 * All window edges e with from ≤ e ≤ to, ascending and unique; window i is [edges[i], edges[i + 1]).
 *
 * Rules: 1440 gives local days, of 23 or 25 hours where the clock is moved. 60 gives full local hours:
 * the repeated hour is two windows, moves by half an hour leave windows of 30 or 90 minutes. Other ranges are elapsed
 * minutes since local midnight, the last window of the day as long as what is left. Every local midnight, so every
 * month start, is an edge. A midnight that does not exist is the first instant of its day, one that comes twice its
 * first pass; a day that never was has no window.
 *
 * Throws RangeError for a bad zone, a range that does not divide 1440, from > to, or more than ten million windows.
 */
export function windowEdges(span: {
  zone: string;
  range_minutes: number;
  from: InstantMs;
  to: InstantMs;
}): InstantMs[] {
  const { range_minutes, from, to } = span;
  const zone = zoneOf(span.zone);
  requireRange(range_minutes);
  if (!(from <= to)) throw new RangeError(`windowEdges: from ${from} is after to ${to}`);
  if ((to - from) / (range_minutes * MINUTE_MS) > EDGES_MAX)
    throw new RangeError(`windowEdges: more than ${EDGES_MAX} windows`);

  const edges: InstantMs[] = [];
  let { day, start } = dayContaining(zone, from);
  while (start <= to) {
    const end = startOfDay(zone, day + 1);
    for (const edge of edgesOfDay(zone, { range_minutes, start, end }))
      if (edge >= from && edge <= to) edges.push(instant(edge));
    day += 1;
    start = end;
  }
  return edges;
}

/**
 * The window that holds `at`; an instant on an edge lies in the window it opens. Throws RangeError as windowEdges does.
 */
export function windowContaining(place: { zone: string; range_minutes: number; at: InstantMs }): Span {
  const zone = zoneOf(place.zone);
  requireRange(place.range_minutes);
  const { start, end } = dayContaining(zone, place.at);
  const edges = edgesOfDay(zone, { range_minutes: place.range_minutes, start, end });
  const next = edges.findIndex((edge) => edge > place.at);
  const opens = next === -1 ? edges.at(-1) : edges[next - 1];
  return { start: instant(opens ?? start), end: instant(edges[next] ?? end) };
}

/** How a month is written: `2026-10`. */
export const MONTH_PATTERN = "^[1-9]\\d{3}-(0[1-9]|1[0-2])$";
const monthForm = new RegExp(MONTH_PATTERN);

/** Whether a text is a month: `2026-10`. */
export function isMonth(text: string): boolean {
  return monthForm.test(text);
}

/** The local month that holds `at`: `2026-10`. Throws RangeError for a bad zone. */
export function monthOf({ zone, at }: { zone: string; at: InstantMs }): string {
  return localDay(zone, at).slice(0, 7);
}

/**
 * First instant of a local month and of the one after it. Throws RangeError for a bad zone, or text other than
 * `YYYY-MM`.
 */
export function monthBounds({ zone, month }: { zone: string; month: string }): Span {
  const named = zoneOf(zone);
  return {
    start: instant(startOfDay(named, firstDayOf(month))),
    end: instant(startOfDay(named, firstDayOf(nextMonth(month)))),
  };
}

/** All instants that lie in the month of this name in some zone, and a little more: no offset exceeds 15 hours, so none is further than a day from UTC's. */
export function monthAnywhere(month: string): Span {
  const { start, end } = monthBounds({ zone: "UTC", month });
  return { start: instant(start - DAY_MS), end: instant(end + DAY_MS) };
}

/** The local day whose window holds `at`: `2026-10-25`. Throws RangeError for a bad zone. */
export function localDay(zone: string, at: InstantMs): string {
  return isoDate(dayContaining(zoneOf(zone), at).day);
}

/** The month after `month`: `2026-12` → `2027-01`. Throws RangeError for text other than `YYYY-MM`. */
export function nextMonth(month: string): string {
  return isoDate(firstDayOf(month) + 31).slice(0, 7);
}

/** The month before `month`: `2026-01` → `2025-12`. Throws RangeError for text other than `YYYY-MM`. */
export function prevMonth(month: string): string {
  return isoDate(firstDayOf(month) - 1).slice(0, 7);
}

/** Version of the tz database behind every answer here, such as `2025c`; stored with each run (P12). */
export function tzdbVersion(): string {
  return process.versions["tz"] ?? "unknown";
}

/** The local day whose window holds `at`, as a number; its neighbours are ± 1. Throws RangeError for a bad zone. */
export function dayNumberOf(zone: string, at: InstantMs): DayNumber {
  return dayContaining(zoneOf(zone), at).day;
}

/** Where a local day lies, or null for a day that never was. Throws RangeError for a bad zone. */
export function dayBounds(zone: string, day: DayNumber): Span | null {
  const named = zoneOf(zone);
  const span = { start: instant(startOfDay(named, day)), end: instant(startOfDay(named, day + 1)) };
  return span.start === span.end ? null : span;
}

/**
 * When the clock on the wall shows `minute` (minutes since 00:00) on a local day: the first pass where it comes twice,
 * the first instant after the gap where it never does, null on a day that never was. Throws RangeError for a bad zone.
 */
export function atWallClock({ zone, day, minute }: { zone: string; day: DayNumber; minute: number }): InstantMs | null {
  if (dayBounds(zone, day) === null) return null;
  return instant(firstInstantShowing(zoneOf(zone), day * DAY_MS + minute * MINUTE_MS));
}

/** What the clock on the wall shows at `at`, with its offset: `2026-10-25T02:30:00+02:00`, whole seconds. Throws RangeError for a bad zone. */
export function wallClock(zone: string, at: InstantMs): string {
  const minutes = Math.round(offsetMs(zoneOf(zone), at) / MINUTE_MS);
  const local = DateTime.fromMillis(at, { zone: "utc" }).plus({ minutes }).toFormat("yyyy-MM-dd'T'HH:mm:ss");
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) =>
    `${n}`.padStart(2, "0"),
  );
  return `${local}${minutes < 0 ? "-" : "+"}${hours}:${rest}`;
}

function firstDayOf(month: string): DayNumber {
  if (!isMonth(month)) throw new RangeError(`"${month}" is not a month, such as 2026-10`);
  return DateTime.utc(Number(month.slice(0, 4)), Number(month.slice(5)), 1).toMillis() / DAY_MS;
}

function isoDate(day: DayNumber): string {
  return DateTime.fromMillis(day * DAY_MS, { zone: "utc" }).toISODate() ?? "";
}
