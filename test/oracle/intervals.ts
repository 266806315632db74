import { byBytes, type OracleEvent, type OracleShape } from "./event.ts";

export type Effect = "open" | "close" | "change";

/** One row of the effects table: what an event type does to a usage type. */
export interface EffectRow {
  readonly event_type: string;
  readonly usage_type: number;
  readonly effect: Effect;
}

/** Running VM (1), allocated VM (2) and volume (6), each with the events that open, close and change it. */
export const LIFECYCLE_EFFECTS: readonly EffectRow[] = [
  { event_type: "VM.START", usage_type: 1, effect: "open" },
  { event_type: "VM.STOP", usage_type: 1, effect: "close" },
  { event_type: "VM.DESTROY", usage_type: 1, effect: "close" },
  { event_type: "VM.DYNAMIC.SCALE", usage_type: 1, effect: "change" },
  { event_type: "VM.CREATE", usage_type: 2, effect: "open" },
  { event_type: "VM.RECOVER", usage_type: 2, effect: "open" },
  { event_type: "VM.DESTROY", usage_type: 2, effect: "close" },
  { event_type: "VM.UPGRADE", usage_type: 2, effect: "change" },
  { event_type: "VM.DYNAMIC.SCALE", usage_type: 2, effect: "change" },
  { event_type: "VM.START", usage_type: 2, effect: "change" },
  { event_type: "VOLUME.CREATE", usage_type: 6, effect: "open" },
  { event_type: "VOLUME.DELETE", usage_type: 6, effect: "close" },
  { event_type: "VOLUME.RESIZE", usage_type: 6, effect: "change" },
  { event_type: "VOLUME.ATTACH", usage_type: 6, effect: "change" },
  { event_type: "VOLUME.DETACH", usage_type: 6, effect: "change" },
];

/** An event together with what it does to the usage type at hand. */
export interface Step {
  readonly event: OracleEvent;
  readonly effect: Effect;
}

/** One billable stretch [from_ms, to_ms); `to_ms` is null while it is open. */
export interface OracleInterval {
  readonly account_id: string;
  readonly shape: OracleShape;
  readonly from_ms: number;
  readonly to_ms: number | null;
}

interface Holder {
  readonly account_id: string;
  readonly shape: OracleShape;
}

/** Intervals of one (resource, part, usage type), in time order, without those of no length. */
export function intervalsOf(steps: readonly Step[]): OracleInterval[] {
  const intervals: OracleInterval[] = [];
  let holder: Holder | null = null;
  let since_ms = 0;
  for (const step of [...steps].sort(inEffectOrder)) {
    const next: Holder | null = holderAfter(holder, step);
    if (sameHolder(holder, next)) continue;
    if (holder !== null && since_ms < step.event.at_ms) {
      intervals.push({ ...holder, from_ms: since_ms, to_ms: step.event.at_ms });
    }
    holder = next;
    since_ms = step.event.at_ms;
  }
  if (holder !== null) intervals.push({ ...holder, from_ms: since_ms, to_ms: null });
  return intervals;
}

function holderAfter(holder: Holder | null, { event, effect }: Step): Holder | null {
  const named: Holder = { account_id: event.account_id, shape: event.shape };
  switch (effect) {
    case "open":
      return named;
    case "change":
      return holder === null ? null : named;
    case "close":
      // A close acts on the interval of the account it names, and on no other's.
      return holder !== null && holder.account_id !== event.account_id ? holder : null;
  }
}

function sameHolder(a: Holder | null, b: Holder | null): boolean {
  if (a === null || b === null) return a === b;
  return a.account_id === b.account_id && JSON.stringify(a.shape) === JSON.stringify(b.shape);
}

const EFFECT_RANK: Readonly<Record<Effect, number>> = { close: 0, open: 1, change: 2 };

/** Order of effects: time, then the source's own sequence where it gives one, then close < open < change, then identity. */
function inEffectOrder(a: Step, b: Step): number {
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
  if (a.effect !== b.effect) return EFFECT_RANK[a.effect] - EFFECT_RANK[b.effect];
  return byBytes(a.event.source, b.event.source) || byBytes(a.event.id, b.event.id);
}
