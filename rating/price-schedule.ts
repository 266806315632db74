import type { Span } from "../core/calendar.ts";
import { instant } from "../core/instant.ts";
import type { ZoneTimeline } from "../core/zone-timeline.ts";
import { bandSpans } from "./models/bands.ts";
import type { Price } from "./prices.ts";
import { type Tariff, validity } from "./tariff.ts";

/**
 * When a price of a tariff holds within an account's month: ascending, apart and never touching. Whole while the tariff is valid, or what
 * its band, or the absence of all bands, leaves of that.
 */
export function spansOf(
  { inside, outside }: Pick<Price, "inside" | "outside">,
  { tariff, timeline, month }: { tariff: Tariff; timeline: ZoneTimeline; month: Span },
): Span[] {
  const { from_ms, to_ms } = validity(tariff);
  const valid = {
    start: instant(Math.max(from_ms, month.start)),
    end: instant(Math.min(to_ms, month.end)),
  };
  if (valid.start >= valid.end) return [];
  if (inside !== null) return joined(bandSpans(inside, timeline, valid));
  const taken = joined(outside.flatMap((band) => bandSpans(band, timeline, valid)));
  return gaps(taken, valid);
}

function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = all.at(-1);
    if (last === undefined || last.end < span.start) all.push(span);
    else all[all.length - 1] = { start: last.start, end: instant(Math.max(last.end, span.end)) };
  }
  return all;
}

function gaps(taken: readonly Span[], { start, end }: Span): Span[] {
  const starts = [start, ...taken.map((span) => span.end)];
  const ends = [...taken.map((span) => span.start), end];
  return starts.flatMap((from, index) => {
    const to = ends[index] ?? end;
    return from < to ? [{ start: from, end: to }] : [];
  });
}
