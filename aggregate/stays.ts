import type { ClickHouseClient } from "@clickhouse/client";
import { formatInstant, instant } from "../core/instant.ts";
import { nextMonthStart, type ZoneTimeline } from "../core/zone-timeline.ts";
import { farthest } from "./context.ts";
import { selectPublishedZones, selectZoneRanges } from "./run-sql.ts";
import { nextEdge, type RangeFrom } from "./windows.ts";

/** From when to when an account is in a calendar, half-open. */
export interface Stay {
  readonly calendar: string;
  readonly from_ms: number;
  readonly to_ms: number;
}

/** The lengths of each zone's windows over time. */
export type Ranges = Map<string, RangeFrom[]>;

/** How far each calendar is published, Unix ms UTC. */
export type PublishedTo = ReadonlyMap<string, number>;

/** What is known of the zones while changes are being fixed. */
export interface Known {
  readonly ranges: Ranges;
  readonly published: PublishedTo;
}

/** The calendars an account is in one after the other; between two zones the one window that leads from one to the other. */
export function staysOf(timeline: ZoneTimeline, ranges: Ranges): Stay[] {
  return timeline.flatMap(({ from_ms, time_zone }, index) => {
    const to_ms = timeline[index + 1]?.from_ms ?? farthest;
    if (index === 0) return [{ calendar: time_zone, from_ms, to_ms }];
    const own = nextEdge({ zone: time_zone, ranges: ranges.get(time_zone) ?? [] }, instant(from_ms));
    const stay = { calendar: time_zone, from_ms: own, to_ms };
    return own === from_ms ? [stay] : [{ calendar: leadingTo(time_zone, from_ms), from_ms, to_ms: own }, stay];
  });
}

/**
 * When a move to another zone takes effect that was told at `since_ms`: at the account's next month start at or after that
 * and the end of what is published for it. Unix ms UTC. Where a later move is fixed but not in effect yet, it takes that one's place.
 */
export function moveStart(timeline: ZoneTimeline, since_ms: number, { ranges, published }: Known): number {
  const ends = staysOf(timeline, ranges)
    .map(({ calendar, from_ms, to_ms }) => ({ from_ms, end: Math.min(to_ms, published.get(calendar) ?? 0) }))
    .filter(({ from_ms, end }) => end > from_ms)
    .map(({ end }) => end);
  // Never before the last one, even if the clock was set back since.
  const last_ms = timeline.at(-1)?.from_ms ?? 0;
  return Math.max(last_ms, nextMonthStart(timeline, instant(Math.max(since_ms, ...ends))));
}

/** How far each calendar is published, for readers. */
export async function readPublishedTo(client: ClickHouseClient): Promise<PublishedTo> {
  const rows = await selectPublishedZones(client, {});
  return new Map(rows.map(({ calendar, published_to_ms }) => [calendar, Number(published_to_ms)]));
}

/** The lengths of windows as runs have fixed them, the one that asks among them ("0" = a reader). */
export async function readRanges(client: ClickHouseClient, run_seq: string): Promise<Ranges> {
  const ranges: Ranges = new Map();
  for (const { time_zone, from_ms, range_minutes } of await selectZoneRanges(client, { run_seq })) {
    const known = ranges.get(time_zone) ?? [];
    ranges.set(time_zone, [...known, { from_ms: Number(from_ms), range_minutes }]);
  }
  return ranges;
}

const leads = " from ";

/** The zone a calendar is of, or leads to. */
export function zoneOfCalendar(calendar: string): string {
  return calendar.split(leads)[0] ?? calendar;
}

function leadingTo(zone: string, from_ms: number): string {
  return `${zone}${leads}${formatInstant(instant(from_ms))}`;
}
