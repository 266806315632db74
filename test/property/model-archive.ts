import { type EventJson, instantOf } from "../oracle/event.ts";

const nameOf = ({ source, id }: { readonly source: string; readonly id: string }): string =>
  JSON.stringify([source, id]);

/**
 * Events that may not come while what happened before the horizon is archived: those of that time, others under the same
 * (source, id), and all that revise or are revised by one of them. A sample of a counter on the edge counts before it.
 */
export function reachingBack(events: readonly EventJson[], horizon_ms: number): ReadonlySet<EventJson> {
  const linked = new Map<string, string[]>();
  const waiting: string[] = [];
  for (const event of events) {
    const { original, event: content } = event.data;
    if (original !== undefined) {
      for (const [from, to] of [
        [nameOf(event), nameOf(original)],
        [nameOf(original), nameOf(event)],
      ] as const)
        linked.set(from, [...(linked.get(from) ?? []), to]);
    }
    if ([event.time, content?.time ?? event.time].some((time) => instantOf(time) <= horizon_ms))
      waiting.push(nameOf(event));
  }
  const names = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    waiting.push(...(linked.get(name) ?? []));
  }
  return new Set(events.filter((event) => names.has(nameOf(event))));
}

/** An event the way in must refuse by its own time alone, if there is one. */
export function refusedByTime(events: Iterable<EventJson>, horizon_ms: number): EventJson | undefined {
  for (const event of events)
    if (event.type !== "tally.event.amended" && instantOf(event.time) < horizon_ms) return event;
  return undefined;
}

/** The UTC month of an instant and those after it, YYYY-MM, and where they start. */
export function monthsFrom(ms: number, count: number): { readonly month: string; readonly start_ms: number }[] {
  const [year = 0, number = 0] = new Intl.DateTimeFormat("en-CA", {
    timeZone: "UTC",
    year: "numeric",
    month: "2-digit",
  })
    .format(ms)
    .split("-")
    .map(Number);
  return Array.from({ length: count }, (_, index) => {
    const at = number - 1 + index;
    const month = `${year + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
    return { month, start_ms: instantOf(`${month}-01T00:00:00Z`) };
  });
}
