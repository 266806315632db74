import type { EventJson } from "../../oracle/event.ts";
import { between, inBatch } from "../../property/batch.ts";
import { type History, seededHistory } from "../../property/history.ts";

/** One thing that is done, over and over until it is done. */
export type SmallStep =
  | { readonly kind: "settle" }
  | { readonly kind: "send"; readonly events: readonly EventJson[] }
  | { readonly kind: "read" }
  | { readonly kind: "run"; readonly until_ms: number }
  | { readonly kind: "rate"; readonly period: string }
  | { readonly kind: "close"; readonly period: string };

/** What a few small clouds live through together: a run costs nearly the same for one as for several. */
export interface SmallLife {
  readonly history: History;
  readonly steps: readonly SmallStep[];
}

const HISTORIES = 2;
const EVENTS = 36;
const BATCH = 2;
const span = { from: "2026-10-27T00:00:00Z", to: "2026-11-03T00:00:00Z" };
/** The middle of a morning everywhere it matters, when October is due. */
export const begin_ms = Date.UTC(2026, 10, 6, 9, 30);
/** Later than any clock of a life gets, so that all that a closing published is in the comparison. */
const until_ms = Date.UTC(2026, 10, 9);

/** The life of a seed: arrivals in thirds, a run after each, that of the second one the closing of October's, so that the last adjust it. */
export function smallLifeOf(seed: number): SmallLife {
  const histories = Array.from({ length: HISTORIES }, (_, number) => {
    const options = { events: EVENTS, resources: 4, accounts: 1, conflicts: false, span };
    return inBatch(seededHistory(seed * HISTORIES + number, options), number);
  });
  const [first] = histories;
  if (first === undefined) throw new Error("no history");
  const events = between(histories, 0, 1);
  const history = { ...first, events, accounts: histories.flatMap(({ accounts }) => accounts), until_ms };
  const steps: SmallStep[] = [{ kind: "settle" }];
  const third = Math.ceil(events.length / 3);
  const between_ms = Date.UTC(2026, 9, 31);
  const after: readonly SmallStep[] = [
    { kind: "run", until_ms: between_ms },
    { kind: "close", period: "2026-10" },
    { kind: "run", until_ms },
  ];
  for (const [part, step] of after.entries()) {
    const arriving = events.slice(part * third, (part + 1) * third);
    for (let at = 0; at < arriving.length; at += BATCH)
      steps.push({ kind: "send", events: arriving.slice(at, at + BATCH) });
    steps.push({ kind: "read" }, step);
  }
  steps.push({ kind: "rate", period: "2026-10" }, { kind: "rate", period: "2026-11" });
  return { history, steps };
}
