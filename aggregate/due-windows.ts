import { type InstantMs, instant } from "../core/instant.ts";
import { beginning, firstEvent, type RunContext } from "./context.ts";
import { dueSpans, type Span, windowStart } from "./windows.ts";
import type { Zone } from "./zones.ts";

/** The windows that end by an instant and nobody has published: of zones, and those that lead into a zone somebody moved to. */
export async function dueIn(
  context: RunContext,
  zones: readonly Zone[],
  untilOf: (zone: Zone) => InstantMs,
): Promise<Span[]> {
  const spans: Span[] = [];
  for (const one of zones) {
    const { zone, ranges, founded, joined, ...bounds } = one;
    const { published_to, ends } = bounds;
    const until = untilOf(one);
    if (ranges === null) {
      if (published_to === null && joined !== null && ends <= until) spans.push({ zone, edges: [joined, ends] });
      continue;
    }
    const before = { from: beginning, to: until, only_touched: 0 } as const;
    const first = founded && published_to === null ? await firstEvent(context, zone, before) : null;
    const begins = first === null || joined === null ? (first ?? joined) : instant(Math.min(first, joined));
    spans.push(...dueSpans({ zone, ranges, ...bounds, begins, until }));
  }
  return spans;
}

/** Of each zone the window that has not ended yet, up to `until`: from where its due windows or what is published ends. */
export function openSpans(zones: readonly Zone[], { due, until }: { due: readonly Span[]; until: InstantMs }): Span[] {
  return zones.flatMap(({ zone, ranges, published_to, joined, ends, founded }) => {
    const last = due.findLast((span) => span.zone === zone)?.edges.at(-1) ?? published_to;
    // Nothing has ended in a zone yet: its first window is the one that is open now.
    const first = ranges === null ? joined : founded ? windowStart({ zone, ranges }, until) : joined;
    const from = last ?? first;
    const to = instant(Math.min(until, ends));
    return from !== null && from < to ? [{ zone, edges: [from, to] }] : [];
  });
}
