import { monthAnywhere, monthBounds } from "../../core/calendar.ts";
import type { InstantMs } from "../../core/instant.ts";
import type { RunContext } from "../context.ts";
import { dueIn } from "../due-windows.ts";
import { cutSpans, type Span } from "../windows.ts";
import type { Zone } from "../zones.ts";

/**
 * The windows of a month that nobody has published, up to its end in each zone: real ones up to `now`, where the open one is cut, and one
 * from there on, cut only where an account comes or goes. What is open at `now` and meets no event is open to its end. What begins at
 * or after `now` is what is expected, all before it what has been used, so one run tells both.
 */
export async function projectedSpans(
  context: RunContext,
  zones: readonly Zone[],
  { now, period }: { now: InstantMs; period: string },
): Promise<Span[]> {
  const endOf = ({ zone, ranges }: Zone): InstantMs =>
    ranges === null ? monthAnywhere(period).end : monthBounds({ zone, month: period }).end;
  const spans = await dueIn(context, zones, endOf);
  return zones.flatMap(({ zone, turns }) => {
    const edges = spans.filter((span) => span.zone === zone).flatMap((span) => [...span.edges]);
    return cutSpans(zone, coarsen([...new Set(edges)], { now, turns }), turns);
  });
}

/** Edges up to `now`, `now` where it lies between them, and of the later ones those at which an account comes or goes, and the last. */
function coarsen(
  edges: readonly InstantMs[],
  { now, turns }: { now: InstantMs; turns: readonly InstantMs[] },
): InstantMs[] {
  const [first, last] = [edges[0], edges.at(-1)];
  if (first === undefined || last === undefined) return [];
  const kept = edges.filter((edge) => edge <= now || edge === first || edge === last || turns.includes(edge));
  if (now <= first || now >= last || kept.includes(now)) return kept;
  return [...kept, now].toSorted((a, b) => a - b);
}
