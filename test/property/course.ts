import fc from "fast-check";
import { windowsOf } from "../oracle/index.ts";
import { indexAt } from "./batch.ts";
import { type Season, SEASONS, ZONES } from "./history-cast.ts";
import type { PublishedBefore } from "./history-mix.ts";
import type { History } from "./history.ts";

/** How histories reach the pipeline: all that they share when they live in one store. */
export interface Course {
  readonly season: Season;
  readonly range_minutes: number;
  readonly default_zone: string;
  /** Two more zones that accounts name. */
  readonly other_zones: readonly string[];
  /** How many events are sent at once. */
  readonly batch: number;
  /** After which share of the events a run comes, and how far it looks; in order. */
  readonly runs: readonly { readonly after: number; readonly until_ms: number }[];
  /** Before which of the runs the process is restarted. */
  readonly restart_before: number;
  /** Whether the last run computes everything since the beginning of the season again. */
  readonly again: boolean;
  /** Whether accounts live in the default zone until the first run, and only then in their own. */
  readonly late_zones: boolean;
}

/** Courses of days hold most histories. */
const RANGES = [1440, 1440, 1440, 720] as const;
/** The second and the third course of all are of hours and of quarters: as many records, of fewer histories. */
const SMALL_RANGES: Readonly<Record<number, number>> = { 1: 60, 2: 15 };

/** Courses for property tests; they shrink to days, two runs on the way and no restart. */
export function courseArbitrary(): fc.Arbitrary<Course> {
  // Percentages, drawn evenly: doubles crowd around zero, and at the ends a run finds nothing yet or leaves nothing to be late.
  const percent = (min: number, max: number): fc.Arbitrary<number> =>
    fc.noBias(fc.integer({ min, max })).map((drawn) => drawn / 100);
  const share = percent(10, 80);
  const ahead = percent(-10, 50);
  return fc
    .record({
      season: fc.constantFrom(...SEASONS),
      range_minutes: fc.constantFrom(...RANGES),
      default_zone: fc.constantFrom("UTC", ...ZONES),
      other_zones: fc.shuffledSubarray([...ZONES], { minLength: 2, maxLength: 2 }),
      batch: fc.constantFrom(10_000, 1000, 200, 37),
      // One comes early and looks far ahead, so that much of what follows is late, whichever courses are drawn.
      early: fc.record({ after: percent(10, 40), ahead: percent(15, 50) }),
      runs: fc.array(fc.record({ after: share, ahead }), { minLength: 1, maxLength: 3, size: "max" }),
      restart_before: fc.integer({ min: 0, max: 5 }),
      again: fc.boolean(),
      late_zones: fc.boolean(),
    })
    .map(({ early, runs, ...course }) => {
      const { from_ms, to_ms } = course.season;
      // The world is then about as far as its events; a run looks a little behind or ahead of that.
      const until = (after: number, more: number): number => Math.floor(from_ms + (after + more) * (to_ms - from_ms));
      const inOrder = [early, ...runs].toSorted((a, b) => a.after - b.after);
      return { ...course, runs: inOrder.map(({ after, ahead: more }) => ({ after, until_ms: until(after, more) })) };
    });
}

/**
 * How many histories batch number `index` of a course should hold: a run costs nearly the same for ten as for two hundred (measured),
 * until its windows are small and its records many. Three batches hold two alone: among many, one that is late makes a run look
 * as far back for all, and so hides what a run does not see that a fact reaches.
 */
export function batchSize({ range_minutes }: Course, index: number): number {
  if (index >= 2 && index < 5) return 2;
  return range_minutes >= 720 ? 700 : range_minutes === 60 ? 40 : 10;
}

/** Zones of a batch's accounts: half name none of their own. A run's time goes with the zones, not with the accounts (measured). */
export function zonesOf({ default_zone, other_zones }: Course): readonly string[] {
  return [default_zone, default_zone, ...other_zones];
}

/** The course as it is lived as number `index` of all: two are of small windows, whatever was drawn. */
export function asNumber(course: Course, index: number): Course {
  return { ...course, range_minutes: SMALL_RANGES[index] ?? course.range_minutes };
}

/** Up to when the runs of a course have published before an event of a history arrives. */
export function publishedBy(
  { runs, range_minutes, default_zone }: Course,
  { accounts, events }: History,
): PublishedBefore {
  const ends = new Map<string, number>();
  return (index, { data }) => {
    const done = runs.filter(({ after }) => indexAt(events, after) <= index).map(({ until_ms }) => until_ms);
    if (done.length === 0) return Number.NEGATIVE_INFINITY;
    const until_ms = Math.max(...done);
    const zone = accounts.find(({ id }) => id === data.account_id)?.time_zone ?? default_zone;
    const key = `${zone} ${until_ms}`;
    const known = ends.get(key);
    if (known !== undefined) return known;
    const windows = windowsOf({ zone, range_minutes, from_ms: until_ms - 3 * 86_400_000, until_ms });
    const end_ms = windows.at(-1)?.end_ms ?? Number.NEGATIVE_INFINITY;
    ends.set(key, end_ms);
    return end_ms;
  };
}
