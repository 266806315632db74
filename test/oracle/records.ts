import type { OracleWindow } from "./calendar.ts";
import { counterPoints } from "./counter.ts";
import { accountEnds, beforeTheEnd } from "./deletions.ts";
import { acceptedEvents, type EventJson, instantOf, type OracleShape } from "./event.ts";
import { gaugeStretches } from "./gauge.ts";
import { intervalsOf, type Stretch } from "./intervals.ts";
import { type Point, reportedPoints, tell } from "./points.ts";
import { eventsThatCount } from "./revisions.ts";
import { storiesOf } from "./stories.ts";
import { type Ranges, windowsOfTimeline, type ZoneFrom } from "./timeline.ts";
import { BUILT_IN_TYPES, type OracleType } from "./usage-types.ts";

/** A value per account id, in whichever form the test has it; what is missing takes the default of its user. */
export type PerAccount<Value = string> = ReadonlyMap<string, Value> | Readonly<Record<string, Value>>;

/** A usage record as it must be: quantity in base units (ms, byte·ms, bytes, …); duration_ms is 0 for what happens at a point. */
export interface OracleRecord {
  readonly account_id: string;
  readonly usage_type: number;
  readonly resource: string;
  readonly part: string;
  readonly shape: OracleShape;
  readonly window_start_ms: number;
  readonly window_end_ms: number;
  readonly quantity: bigint;
  readonly duration_ms: bigint;
  readonly slices: number;
  readonly first_ms: number;
  readonly last_ms: number;
}

export interface OracleInput {
  readonly events: readonly EventJson[];
  /** The zone of an account, or its zones over time. */
  readonly account_zones: PerAccount<string | readonly ZoneFrom[]>;
  readonly default_zone: string;
  readonly range_minutes: Ranges;
  readonly until_ms: number;
  /** The registry; by default the built-in types. */
  readonly types?: readonly OracleType[];
}

/**
 * Every usage record that the events, in arrival order, must give in the windows that have ended by `until_ms`.
 * Sorted by the text of the natural key (P6), so two answers can be compared with toEqual.
 */
export function oracleRecords(input: OracleInput): OracleRecord[] {
  const counting = eventsThatCount(acceptedEvents(input.events));
  const ends = accountEnds(counting);
  const events = beforeTheEnd(counting, ends);
  const windowsOf = windowsByAccount(
    input,
    counting.map(({ at_ms }) => at_ms),
  );
  const records = new Map<string, OracleRecord>();

  for (const type of input.types ?? BUILT_IN_TYPES) {
    for (const { resource, part, steps } of storiesOf(type, events, ends)) {
      const story = { usage_type: type.usage_type, resource, part };
      switch (type.measure) {
        case "duration":
        case "capacity":
          for (const stretch of intervalsOf(type, steps)) cut(story, type, stretch, windowsOf, records);
          break;
        case "gauge":
          for (const stretch of gaugeStretches(type, steps)) cut(story, type, stretch, windowsOf, records);
          break;
        case "counter":
          gather(story, type, counterPoints(type, steps), windowsOf, records);
          break;
        case "sum":
        case "count":
        case "max":
        case "unique":
        case "latest":
          gather(story, type, reportedPoints(type, steps), windowsOf, records);
          break;
      }
    }
  }
  return [...records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

/** The value of one account, undefined where none is given. */
export function perAccount<Value>(values: PerAccount<Value>, account_id: string): Value | undefined {
  const byId: ReadonlyMap<string, Value> = values instanceof Map ? values : new Map(Object.entries(values));
  return byId.get(account_id);
}

type WindowsOf = (account_id: string) => readonly OracleWindow[];
type Subject = Pick<OracleRecord, "usage_type" | "resource" | "part">;
type Key = Omit<OracleRecord, "quantity" | "duration_ms" | "slices" | "first_ms" | "last_ms">;

function windowsByAccount(input: OracleInput, instants_ms: readonly number[]): WindowsOf {
  // A counter's sample counts a millisecond before it.
  const from_ms = instants_ms.reduce((first_ms, at_ms) => Math.min(first_ms, at_ms), input.until_ms) - 1;
  const known = new Map<string, readonly OracleWindow[]>();
  return (account_id) => {
    const given = perAccount(input.account_zones, account_id) ?? input.default_zone;
    const zones = typeof given === "string" ? [{ time_zone: given, from_ms: 0 }] : given;
    const key = JSON.stringify(zones);
    let windows = known.get(key);
    if (windows === undefined) {
      windows = windowsOfTimeline({ zones, ranges: input.range_minutes, from_ms, until_ms: input.until_ms });
      known.set(key, windows);
    }
    return windows;
  };
}

// Before that instant a type knows what happens, and counts nothing of it.
function countsSince({ counts_from }: OracleType): number {
  return counts_from === undefined || counts_from === null ? Number.NEGATIVE_INFINITY : instantOf(counts_from);
}

// A stretch gives each window it reaches into a slice.
function cut(
  story: Subject,
  type: OracleType,
  stretch: Stretch,
  windowsOf: WindowsOf,
  records: Map<string, OracleRecord>,
): void {
  const { account_id, shape, to_ms, rate } = stretch;
  const from_ms = Math.max(stretch.from_ms, countsSince(type));
  for (const window of windowsOf(account_id)) {
    const first_ms = Math.max(from_ms, window.start_ms);
    const last_ms = Math.min(to_ms ?? window.end_ms, window.end_ms);
    if (first_ms >= last_ms) continue;
    const key = keyOf(story, account_id, shape, window);
    const duration_ms = BigInt(last_ms - first_ms);
    const slice = { ...key, quantity: duration_ms * rate, duration_ms, slices: 1, first_ms, last_ms };
    records.set(keyText(key), withSlice(records.get(keyText(key)), slice));
  }
}

// The points of a story that share window, account and shape are told together.
function gather(
  story: Subject,
  type: OracleType,
  points: readonly Point[],
  windowsOf: WindowsOf,
  records: Map<string, OracleRecord>,
): void {
  const groups = new Map<string, { readonly key: Key; readonly points: Point[] }>();
  for (const point of points.filter(({ at_ms }) => at_ms >= countsSince(type))) {
    const window = windowsOf(point.account_id).find(
      ({ start_ms, end_ms }) => start_ms <= point.at_ms && point.at_ms < end_ms,
    );
    if (window === undefined) continue;
    const key = keyOf(story, point.account_id, point.shape, window);
    const group = groups.get(keyText(key)) ?? { key, points: [] };
    group.points.push(point);
    groups.set(keyText(key), group);
  }
  for (const [text, { key, points: together }] of groups) {
    const told = tell(type.measure, together);
    if (told === null) continue;
    const { quantity, instants } = told;
    const [first_ms, last_ms] = [Math.min(...instants), Math.max(...instants) + 1];
    records.set(text, { ...key, quantity, duration_ms: 0n, slices: instants.length, first_ms, last_ms });
  }
}

function keyOf(story: Subject, account_id: string, shape: OracleShape, window: OracleWindow): Key {
  const { start_ms: window_start_ms, end_ms: window_end_ms } = window;
  return { account_id, ...story, shape, window_start_ms, window_end_ms };
}

/** Natural key of a record as one text: account id, usage type, resource, part, shape, window. */
function keyText(key: Key): string {
  const { account_id, usage_type, resource, part, shape, window_start_ms, window_end_ms } = key;
  return JSON.stringify([account_id, usage_type, resource, part, shape, window_start_ms, window_end_ms]);
}

function withSlice(sum: OracleRecord | undefined, slice: OracleRecord): OracleRecord {
  if (sum === undefined) return slice;
  return {
    ...sum,
    quantity: sum.quantity + slice.quantity,
    duration_ms: sum.duration_ms + slice.duration_ms,
    slices: sum.slices + slice.slices,
    first_ms: Math.min(sum.first_ms, slice.first_ms),
    last_ms: Math.max(sum.last_ms, slice.last_ms),
  };
}
