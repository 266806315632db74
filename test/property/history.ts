import fc from "fast-check";
import { type EventJson, instantOf } from "../oracle/event.ts";
import { type Cast, castOf, type HistoryAccount, type Season, SEASONS, ZONES } from "./history-cast.ts";
import { type Draft, DRAFT_BOUNDS, eventsOf } from "./history-draft.ts";

const DAY_MS = 86_400_000;

/** A stretch of cloud life; `events` in order of arrival, all in [from_ms, to_ms). */
export interface History {
  readonly accounts: readonly HistoryAccount[];
  readonly events: readonly EventJson[];
  readonly from_ms: number;
  readonly to_ms: number;
  /** By then every window that holds an event has ended in every zone, and one more day of what stayed open. */
  readonly until_ms: number;
}

export interface HistoryOptions {
  /** Drafts, each an event and perhaps a repeat of it; default 20 to 60. */
  readonly events?: { readonly min: number; readonly max: number };
  /** Resources, every other one a volume; default 2 to 6. */
  readonly resources?: { readonly min: number; readonly max: number };
  /** Accounts, each with a zone of ZONES; default 2 to 4. */
  readonly accounts?: { readonly min: number; readonly max: number };
  /** Whether a (source, id) may come again with other content; default true. Without, arrival order cannot matter. */
  readonly conflicts?: boolean;
}

/** Histories for property tests; they shrink to few resources, no repeats, in-order arrival and plain JSON. */
export function historyArbitrary(options: HistoryOptions = {}): fc.Arbitrary<History> {
  const events = options.events ?? { min: 20, max: 60 };
  const accounts = options.accounts ?? { min: 2, max: 4 };
  return fc
    .record({
      season: fc.constantFrom(...SEASONS),
      zones: fc.array(fc.constantFrom(...ZONES), { minLength: accounts.min, maxLength: accounts.max }),
      resources: fc.integer(options.resources ?? { min: 2, max: 6 }),
      // Size "max": the default size would keep most histories near the least length.
      drafts: fc.array(draftArbitrary(), { minLength: events.min, maxLength: events.max, size: "max" }),
    })
    .map(({ drafts, ...cast }) => historyOf(drafts, castOf(cast), options.conflicts ?? true));
}

export interface SeededOptions {
  /** Number of drafts; about a fifth more events arrive, as repeats do. */
  readonly events: number;
  readonly resources: number;
  readonly accounts: number;
  readonly conflicts?: boolean;
  /** RFC 3339 bounds of the events; default one of SEASONS, by the seed. */
  readonly span?: { readonly from: string; readonly to: string };
}

/** The history of a seed (an unsigned 32-bit integer): always the same, at any size; for runs larger than properties can hold. */
export function seededHistory(seed: number, options: SeededOptions): History {
  const random = mulberry32(seed);
  // Two draws, as one has 32 bits and some bounds more.
  const below = (bound: number): number => Math.floor((random() + random() / 2 ** 32) * bound) % bound;
  const { span } = options;
  const season: Season | undefined =
    span === undefined
      ? SEASONS[below(SEASONS.length)]
      : { from_ms: instantOf(span.from), to_ms: instantOf(span.to), turns_ms: [] };
  if (season === undefined) throw new Error("no season");
  const firstZone = below(ZONES.length);
  const zones = Array.from(
    { length: options.accounts },
    (_, index) => ZONES[(firstZone + index) % ZONES.length] ?? "UTC",
  );
  const drafts = Array.from({ length: options.events }, () => {
    const draft = Object.entries(DRAFT_BOUNDS).map(([name, bound]) => [name, below(bound)]);
    return Object.fromEntries(draft) as Draft;
  });
  return historyOf(drafts, castOf({ zones, resources: options.resources, season }), options.conflicts ?? true);
}

/** How much of what is hard a history holds; counts of events. */
export interface Mix {
  readonly arrivals: number;
  readonly accepted: number;
  /** Accepted events that share resource and millisecond with another. */
  readonly ties: number;
  /** Accepted events that arrive after one that happened later. */
  readonly late: number;
  /** Repeats of a (source, id) with the same content. */
  readonly duplicates: number;
  /** Repeats of a (source, id) with other content. */
  readonly conflicts: number;
  /** Accepted events that name another account than the one before them in the life of their resource. */
  readonly moves: number;
}

/** Counts the mix of events given in order of arrival. */
export function mixOf(events: readonly EventJson[]): Mix {
  const firsts = new Map<string, { readonly event: EventJson; readonly content: string }>();
  let [duplicates, conflicts, late, latest_ms] = [0, 0, 0, Number.NEGATIVE_INFINITY];
  for (const event of events) {
    const identity = JSON.stringify([event.source, event.id]);
    const content = JSON.stringify(event);
    const first = firsts.get(identity);
    if (first === undefined) {
      firsts.set(identity, { event, content });
      const at_ms = instantOf(event.time);
      if (at_ms < latest_ms) late += 1;
      latest_ms = Math.max(latest_ms, at_ms);
    } else if (first.content === content) duplicates += 1;
    else conflicts += 1;
  }
  const accepted = [...firsts.values()].map(({ event }) => event);
  return { arrivals: events.length, accepted: accepted.length, ...tiesAndMoves(accepted), late, duplicates, conflicts };
}

function tiesAndMoves(accepted: readonly EventJson[]): Pick<Mix, "ties" | "moves"> {
  const lives = new Map<string, EventJson[]>();
  for (const event of accepted) {
    const life = lives.get(event.data.resource) ?? [];
    life.push(event);
    lives.set(event.data.resource, life);
  }
  let [ties, moves] = [0, 0];
  for (const life of lives.values()) {
    const steps = life
      .map((event) => ({ at_ms: instantOf(event.time), account_id: event.data.account_id }))
      .sort((a, b) => a.at_ms - b.at_ms);
    for (const [index, step] of steps.entries()) {
      const [before, after] = [steps[index - 1], steps[index + 1]];
      if (before?.at_ms === step.at_ms || after?.at_ms === step.at_ms) ties += 1;
      if (before !== undefined && before.account_id !== step.account_id) moves += 1;
    }
  }
  return { ties, moves };
}

function historyOf(drafts: readonly Draft[], cast: Cast, conflicts: boolean): History {
  const { from_ms, to_ms } = cast.season;
  const events = eventsOf(drafts, cast, conflicts);
  return { accounts: cast.accounts, events, from_ms, to_ms, until_ms: to_ms + 3 * DAY_MS };
}

function draftArbitrary(): fc.Arbitrary<Draft> {
  const fields = Object.entries(DRAFT_BOUNDS).map(([name, bound]) => [name, fc.integer({ min: 0, max: bound - 1 })]);
  return fc.record(Object.fromEntries(fields) as { [Name in keyof Draft]: fc.Arbitrary<number> });
}

// The well-known 32-bit generator: enough for choosing, not for secrets.
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
