import { byBytes, type OracleEvent } from "./event.ts";

export type Effect = "open" | "close" | "change" | "report";

/** An event together with what it does to the usage type at hand; a partial change says only a part of what is. */
export interface Step {
  readonly event: OracleEvent;
  readonly effect: Effect;
  readonly partial: "tags" | "owner" | "size" | null;
}

const RANK: Readonly<Record<Effect, number>> = { close: 0, open: 1, change: 2, report: 2 };

/** Order of effects: time, then the source's own sequence where it gives one, then close < open < change, then identity. */
export function inStepOrder(a: Step, b: Step): number {
  if (a.event.at_ms !== b.event.at_ms) return a.event.at_ms - b.event.at_ms;
  const left = a.event.sequence;
  const right = b.event.sequence;
  if (left !== null && right === null) return -1;
  if (left === null && right !== null) return 1;
  if (left !== null && right !== null) {
    const source = byBytes(a.event.source, b.event.source);
    if (source !== 0) return source;
    if (left !== right) return left < right ? -1 : 1;
  }
  if (RANK[a.effect] !== RANK[b.effect]) return RANK[a.effect] - RANK[b.effect];
  return byBytes(a.event.source, b.event.source) || byBytes(a.event.id, b.event.id);
}
