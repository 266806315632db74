import { windowContaining, windowEdges } from "../core/calendar.ts";
import type { InstantMs } from "../core/instant.ts";

/** Adjoining windows of one zone that are computed in one go: window i is [edges[i], edges[i + 1]). */
export interface Span {
  readonly zone: string;
  readonly edges: readonly InstantMs[];
}

/** At most so many windows are computed in one go: about a month of 15-minute windows. */
const windowsMax = 3_000;

/**
 * The windows of a zone that have ended by `until` and were not published yet, as spans to compute one after the other.
 * They go on where the zone's last published window ended (so windows tile whatever the range was before), or begin
 * with the window that holds the zone's first event. Pure.
 */
export function dueSpans(input: {
  readonly zone: string;
  readonly range_minutes: number;
  readonly published_to: InstantMs | null;
  readonly first_event: InstantMs | null;
  readonly until: InstantMs;
}): Span[] {
  const { zone, range_minutes, published_to, first_event, until } = input;
  const from =
    published_to ?? (first_event === null ? null : windowContaining({ zone, range_minutes, at: first_event }).start);
  if (from === null || from >= until) return [];
  const edges = windowEdges({ zone, range_minutes, from, to: until });
  if (edges[0] !== from) edges.unshift(from);
  return cutSpans(zone, edges);
}

/**
 * The windows before a zone's first published one that a late event asks for, back to the one that holds it; empty when
 * it lies within what is published. They end exactly where the published ones begin.
 */
export function earlierEdges(input: {
  readonly zone: string;
  readonly range_minutes: number;
  readonly published_from: InstantMs;
  readonly at: InstantMs;
}): InstantMs[] {
  const { zone, range_minutes, published_from, at } = input;
  if (at >= published_from) return [];
  const { start } = windowContaining({ zone, range_minutes, at });
  return windowEdges({ zone, range_minutes, from: start, to: published_from }).filter((edge) => edge < published_from);
}

/** Adjoining windows as spans of bounded length: their edges travel in one statement. */
export function cutSpans(zone: string, edges: readonly InstantMs[]): Span[] {
  const spans: Span[] = [];
  for (let first = 0; first < edges.length - 1; first += windowsMax)
    spans.push({ zone, edges: edges.slice(first, first + windowsMax + 1) });
  return spans;
}
