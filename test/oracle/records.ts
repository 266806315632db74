import { type OracleWindow, windowsOf } from "./calendar.ts";
import { acceptedEvents, type EventJson, type OracleEvent, type OracleShape } from "./event.ts";
import { type EffectRow, intervalsOf, LIFECYCLE_EFFECTS, type OracleInterval, type Step } from "./intervals.ts";

/** A value per account id, in whichever form the test has it; what is missing takes the default of its user. */
export type PerAccount = ReadonlyMap<string, string> | Readonly<Record<string, string>>;

export type Measure = "duration" | "capacity";

/** A usage record as it must be: quantity in ms, or in byte·ms for capacity. */
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
  readonly account_zones: PerAccount;
  readonly default_zone: string;
  readonly range_minutes: number;
  readonly until_ms: number;
  readonly effects?: readonly EffectRow[];
  readonly measures?: Readonly<Record<number, Measure>>;
}

const LIFECYCLE_MEASURES: Readonly<Record<number, Measure>> = { 1: "duration", 2: "duration", 6: "capacity" };

/**
 * Every usage record that the events, in arrival order, must give in the windows that have ended by `until_ms`.
 * Sorted by the text of the natural key (P6), so two answers can be compared with toEqual.
 */
export function oracleRecords(input: OracleInput): OracleRecord[] {
  const effects = input.effects ?? LIFECYCLE_EFFECTS;
  const measures = input.measures ?? LIFECYCLE_MEASURES;
  const events = acceptedEvents(input.events);
  const from_ms = events.reduce((first_ms, event) => Math.min(first_ms, event.at_ms), input.until_ms);
  const windows = new Map<string, OracleWindow[]>();
  const records = new Map<string, OracleRecord>();

  for (const { usage_type, resource, part, steps } of stories(events, effects)) {
    for (const interval of intervalsOf(steps)) {
      const zone = perAccount(input.account_zones, interval.account_id) ?? input.default_zone;
      let tiles = windows.get(zone);
      if (tiles === undefined) {
        tiles = windowsOf({ zone, range_minutes: input.range_minutes, from_ms, until_ms: input.until_ms });
        windows.set(zone, tiles);
      }
      for (const window of tiles) {
        const slice = sliceOf(interval, window);
        if (slice === null) continue;
        const measure = measures[usage_type] ?? "duration";
        const record = recordOf({ usage_type, resource, part, interval, window, slice, measure });
        const key = recordKey(record);
        records.set(key, withSlice(records.get(key), record));
      }
    }
  }
  return [...records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

/** Natural key of a record as one text: account id, usage type, resource, part, shape, window. */
function recordKey(record: Omit<OracleRecord, "quantity" | "duration_ms" | "slices" | "first_ms" | "last_ms">): string {
  const { account_id, usage_type, resource, part, shape, window_start_ms, window_end_ms } = record;
  return JSON.stringify([account_id, usage_type, resource, part, shape, window_start_ms, window_end_ms]);
}

/** The value of one account, undefined where none is given. */
export function perAccount(values: PerAccount, account_id: string): string | undefined {
  const byId: ReadonlyMap<string, string> = values instanceof Map ? values : new Map(Object.entries(values));
  return byId.get(account_id);
}

interface Story {
  readonly usage_type: number;
  readonly resource: string;
  readonly part: string;
  readonly steps: Step[];
}

// One story per (resource, part, usage type), told by the events that have an effect on it.
function stories(events: readonly OracleEvent[], effects: readonly EffectRow[]): Story[] {
  const byKey = new Map<string, Story>();
  for (const event of events) {
    for (const { event_type, usage_type, effect } of effects) {
      if (event_type !== event.type) continue;
      const { resource, part } = event;
      const key = JSON.stringify([resource, part, usage_type]);
      const story = byKey.get(key) ?? { usage_type, resource, part, steps: [] };
      story.steps.push({ event, effect });
      byKey.set(key, story);
    }
  }
  return [...byKey.values()];
}

function sliceOf(interval: OracleInterval, window: OracleWindow): OracleWindow | null {
  const start_ms = Math.max(interval.from_ms, window.start_ms);
  const end_ms = Math.min(interval.to_ms ?? window.end_ms, window.end_ms);
  return start_ms < end_ms ? { start_ms, end_ms } : null;
}

function recordOf(args: {
  readonly usage_type: number;
  readonly resource: string;
  readonly part: string;
  readonly interval: OracleInterval;
  readonly window: OracleWindow;
  readonly slice: OracleWindow;
  readonly measure: Measure;
}): OracleRecord {
  const { usage_type, resource, part, interval, window, slice, measure } = args;
  const duration_ms = BigInt(slice.end_ms - slice.start_ms);
  return {
    account_id: interval.account_id,
    usage_type,
    resource,
    part,
    shape: interval.shape,
    window_start_ms: window.start_ms,
    window_end_ms: window.end_ms,
    // A capacity without a size holds nothing, so nothing is charged.
    quantity: measure === "capacity" ? duration_ms * BigInt(interval.shape.size ?? "0") : duration_ms,
    duration_ms,
    slices: 1,
    first_ms: slice.start_ms,
    last_ms: slice.end_ms,
  };
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
