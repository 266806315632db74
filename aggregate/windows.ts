import { windowContaining, windowEdges } from "../core/calendar.ts";
import { assert } from "../core/errors.ts";
import { type InstantMs, instant } from "../core/instant.ts";

/** Adjoining windows of one zone that are computed in one go: window i is [edges[i], edges[i + 1]). Nobody comes or goes within. */
export interface Span {
  readonly zone: string;
  readonly edges: readonly InstantMs[];
}

/** The length of a zone's windows from an instant on, which is the start of one of its months; 0 = since the beginning. */
export interface RangeFrom {
  readonly from_ms: number;
  readonly range_minutes: number;
}

/** A zone and the length of its windows over time: ascending, never empty, the first since the beginning. */
export interface ZoneRanges {
  readonly zone: string;
  readonly ranges: readonly RangeFrom[];
}

/** At most so many windows are computed in one go: about a month of 15-minute windows. */
const windowsMax = 3_000;

/**
 * The windows of a zone that have ended by `until` and were not published yet, as spans to compute one after the other.
 * They go on where the zone's last published window ended, so that windows tile, or begin with the window that holds
 * `begins`; they end where the last account leaves, and are cut where one comes or goes (`turns`). Pure.
 */
export function dueSpans(
  input: ZoneRanges & {
    readonly published_to: InstantMs | null;
    /** The zone's first event, or when the first account moved in; null = nothing. */
    readonly begins: InstantMs | null;
    readonly ends: InstantMs;
    readonly turns: readonly InstantMs[];
    readonly until: InstantMs;
  },
): Span[] {
  const { zone, ranges, published_to, begins, ends, turns } = input;
  const until = instant(Math.min(input.until, ends));
  const from = published_to ?? (begins === null ? null : windowStart({ zone, ranges }, begins));
  if (from === null || from >= until) return [];
  const edges = edgesBetween({ zone, ranges }, from, until);
  if (edges[0] !== from) edges.unshift(from);
  return cutSpans(zone, edges, turns);
}

/**
 * The windows before a zone's first published one that a late event asks for, back to the one that holds it; empty when
 * it lies within what is published. They end exactly where the published ones begin.
 */
export function earlierEdges(
  input: ZoneRanges & { readonly published_from: InstantMs; readonly at: InstantMs },
): InstantMs[] {
  const { published_from, at } = input;
  if (at >= published_from) return [];
  return edgesBetween(input, windowStart(input, at), published_from).filter((edge) => edge < published_from);
}

/** The first edge of a zone's windows at or after an instant. */
export function nextEdge(zone: ZoneRanges, at: InstantMs): InstantMs {
  const { start, end } = windowContaining({ zone: zone.zone, range_minutes: rangeAt(zone, at), at });
  return start === at ? start : end;
}

/** Adjoining windows as spans of bounded length (their edges travel in one statement), cut at `turns` too. */
export function cutSpans(zone: string, edges: readonly InstantMs[], turns: readonly InstantMs[] = []): Span[] {
  const spans: Span[] = [];
  let first = 0;
  for (const [last, edge] of edges.entries()) {
    const before = edges[last - 1];
    if (before === undefined) continue;
    const isTurn = turns.some((turn) => turn > before && turn <= edge);
    if (!isTurn && last - first < windowsMax && last < edges.length - 1) continue;
    spans.push({ zone, edges: edges.slice(first, last + 1) });
    first = last;
  }
  return spans;
}

/** The start of the window that holds an instant. */
export function windowStart(zone: ZoneRanges, at: InstantMs): InstantMs {
  return windowContaining({ zone: zone.zone, range_minutes: rangeAt(zone, at), at }).start;
}

function rangeAt({ zone, ranges }: ZoneRanges, at: InstantMs): number {
  const range = ranges.findLast(({ from_ms }) => from_ms <= at) ?? ranges[0];
  assert(range !== undefined, `the windows of ${zone} have a length`);
  return range.range_minutes;
}

/** All edges e with from ≤ e ≤ to; a range begins on an edge of the one before. */
function edgesBetween({ zone, ranges }: ZoneRanges, from: InstantMs, to: InstantMs): InstantMs[] {
  const edges: InstantMs[] = [];
  for (const [index, { from_ms, range_minutes }] of ranges.entries()) {
    const begins = instant(index === 0 ? from : Math.max(from, from_ms));
    const ends = instant(Math.min(to, ranges[index + 1]?.from_ms ?? to));
    if (begins > ends) continue;
    for (const edge of windowEdges({ zone, range_minutes, from: begins, to: ends }))
      if (edge !== edges.at(-1)) edges.push(edge);
  }
  return edges;
}
