import { atWallClock, dayBounds, dayNumberOf } from "./calendar.ts";
import { instant } from "./instant.ts";
import type { InstantMs } from "./instant.ts";

/** When a job is due. */
export interface Cadence {
  /** Zone whose wall clock counts: `usage.execution.timezone`. */
  readonly zone: string;
  /** 1440 or more: once a day at exec_time. Less: every so many minutes, aligned to exec_time. */
  readonly range_minutes: number;
  /** `HH:MM`, 00:00 to 23:59. */
  readonly exec_time: string;
}

/** One call of dueTicks answers at most this many; the caller does them and asks again from the last. */
export const TICKS_MAX = 10_000;

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const FIRST_LOOK_BACK_MS = 2 * 86_400_000;

/** Days to look at for the next tick: today's may be over, tomorrow may never be, and no zone has skipped two in a row. */
const NEXT_DAYS_MAX = 3;

/**
 * Nominal instants due in (last_done, now], oldest first, at most TICKS_MAX. A job never done before (null) gets only
 * the latest tick of the last two days.
 *
 * Daily: at exec_time on the wall; a time that does not exist runs at the first instant after the gap, one that comes
 * twice runs at the first pass, a day that never was has none. Below a day: in each local day the ticks are midnight +
 * (exec_time mod range) + i × range in elapsed minutes, up to the next midnight. A day of 23 or 25 hours has fewer or
 * more of them, evenly spaced; where the clock moves by less than the range (half-hour moves), the wall shows other
 * minutes until the next midnight.
 *
 * Throws RangeError for a bad zone, exec_time or range.
 */
export function dueTicks(last_done: InstantMs | null, now: InstantMs, cadence: Cadence): InstantMs[] {
  const after = last_done ?? instant(now - FIRST_LOOK_BACK_MS);
  const due: InstantMs[] = [];
  for (const tick of ticksAfter(after, cadence)) {
    if (tick > now || due.length === TICKS_MAX) break;
    due.push(tick);
  }
  return last_done === null ? due.slice(-1) : due;
}

/** First tick after `after`. Throws RangeError as dueTicks does. */
export function nextTick(after: InstantMs, cadence: Cadence): InstantMs {
  for (const tick of ticksAfter(after, cadence)) return tick;
  throw new Error("nextTick: a schedule never ends");
}

/** Minutes since 00:00 that `HH:MM` stands for (0 to 1439), or null for any other text, `24:00` and `9:00` among it. */
export function parseExecTime(text: string): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? null : Number(match[1]) * 60 + Number(match[2]);
}

/** All ticks after `after`, without end, ascending. Every day has one at least, save a day that never was. */
function* ticksAfter(after: InstantMs, cadence: Cadence): Generator<InstantMs> {
  const minute = parseExecTime(cadence.exec_time);
  if (minute === null) throw new RangeError(`exec time "${cadence.exec_time}" is not HH:MM between 00:00 and 23:59`);
  const { zone, range_minutes } = cadence;
  if (!Number.isInteger(range_minutes) || range_minutes < 1)
    throw new RangeError(`range of ${range_minutes} minutes is not a whole number above 0`);

  let last: number = after;
  let empty = 0;
  for (let day = dayNumberOf(zone, after); empty < NEXT_DAYS_MAX; day += 1) {
    empty += 1;
    const ticks =
      range_minutes >= DAY_MINUTES
        ? dailyTick({ zone, day, minute })
        : ticksOfDay({ zone, day, phase: minute % range_minutes, range_minutes });
    for (const tick of ticks) {
      if (tick <= last) continue;
      last = tick;
      empty = 0;
      yield tick;
    }
  }
}

function dailyTick(place: { zone: string; day: number; minute: number }): InstantMs[] {
  const tick = atWallClock(place);
  return tick === null ? [] : [tick];
}

function* ticksOfDay({
  zone,
  day,
  phase,
  range_minutes,
}: {
  zone: string;
  day: number;
  phase: number;
  range_minutes: number;
}): Generator<InstantMs> {
  const bounds = dayBounds(zone, day);
  if (bounds === null) return;
  for (let tick = bounds.start + phase * MINUTE_MS; tick < bounds.end; tick += range_minutes * MINUTE_MS)
    yield instant(tick);
}
