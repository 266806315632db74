import { edgesOfDay, type OracleWindow, startOfDay, wallClock } from "./calendar.ts";

/** The zone of an account from an instant on; that of the first holds from the beginning. */
export interface ZoneFrom {
  readonly time_zone: string;
  readonly from_ms: number;
}

/** The range of a zone's windows from an instant on, which is the start of one of its months; that of the first holds from the beginning. */
export interface RangeFrom {
  readonly range_minutes: number;
  readonly from_ms: number;
}

/** One range for all zones and times, or a timeline for each zone. */
export type Ranges = number | Readonly<Record<string, readonly RangeFrom[]>>;

/**
 * Windows of an account that ended by `until_ms`, in time order, from the local day of `from_ms` on. Where a zone begins
 * there is an edge; those before it are the former zone's, those after it the new zone's.
 */
export function windowsOfTimeline(args: {
  readonly zones: readonly ZoneFrom[];
  readonly ranges: Ranges;
  readonly from_ms: number;
  readonly until_ms: number;
}): OracleWindow[] {
  const { zones, ranges, from_ms, until_ms } = args;
  const edges: number[] = [];
  for (const [index, { time_zone, from_ms: begins_ms }] of zones.entries()) {
    const starts_ms = index === 0 ? Number.NEGATIVE_INFINITY : begins_ms;
    const ends_ms = zones[index + 1]?.from_ms ?? Number.POSITIVE_INFINITY;
    if (ends_ms <= from_ms || starts_ms > until_ms) continue;
    const { day: first } = wallClock(time_zone, Math.max(from_ms, starts_ms));
    // A zone that began long before says nothing about the first window.
    if (starts_ms >= startOfDay(time_zone, first)) edges.push(starts_ms);
    for (let day = first; startOfDay(time_zone, day) <= Math.min(until_ms, ends_ms); day++) {
      const range_minutes = rangeAt(ranges, time_zone, startOfDay(time_zone, day));
      edges.push(...edgesOfDay(time_zone, range_minutes, day).filter((at_ms) => at_ms > starts_ms && at_ms < ends_ms));
    }
  }
  const windows: OracleWindow[] = [];
  for (const [index, end_ms] of edges.entries()) {
    const start_ms = edges[index - 1];
    if (start_ms !== undefined && end_ms <= until_ms) windows.push({ start_ms, end_ms });
  }
  return windows;
}

function rangeAt(ranges: Ranges, zone: string, at_ms: number): number {
  if (typeof ranges === "number") return ranges;
  const timeline = ranges[zone];
  if (timeline === undefined) throw new Error(`no range for ${zone}`);
  const holding = timeline.filter(({ from_ms }, index) => index === 0 || from_ms <= at_ms).at(-1);
  if (holding === undefined) throw new Error(`${zone} has an empty timeline of ranges`);
  return holding.range_minutes;
}
