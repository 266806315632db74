import fc from "fast-check";
import { type EventJson, instantOf } from "../oracle/event.ts";
import { type Cast, castOf, type HistoryAccount, type Season, SEASONS, ZONES } from "./history-cast.ts";
import { type Draft, DRAFT_BOUNDS, eventsOf } from "./history-draft.ts";
import { BUILT_IN_KINDS, type Kind } from "./history-families.ts";
import { cutOf } from "./history-life.ts";

const DAY_MS = 86_400_000;

/** A stretch of cloud life; `events` in order of arrival, all before to_ms, and but for early samples of counters from from_ms on. */
export interface History {
  readonly accounts: readonly HistoryAccount[];
  readonly events: readonly EventJson[];
  readonly from_ms: number;
  readonly to_ms: number;
  /** By then every window that holds an event has ended in every zone, and one more day of what stayed open. */
  readonly until_ms: number;
}

export interface HistoryOptions {
  /** Drafts, each an event and perhaps a repeat or a revision of it; default 20 to 60. */
  readonly events?: { readonly min: number; readonly max: number };
  /** Resources, the first a VM and the second a volume; default 3 to 9. */
  readonly resources?: { readonly min: number; readonly max: number };
  /** Accounts, each with a zone of ZONES; default 2 to 4. */
  readonly accounts?: { readonly min: number; readonly max: number };
  /** Whether a (source, id) may come again with other content; default true. Without, arrival order cannot matter. */
  readonly conflicts?: boolean;
  /** What the other resources may be; default all that need no usage type of an operator. */
  readonly kinds?: readonly Kind[];
  /** Zones of the accounts, those more often that stand here more often; default all of ZONES. */
  readonly zones?: readonly string[];
  /** The days it happens in; default any of SEASONS. */
  readonly season?: Season;
}

/** Histories for property tests; they shrink to few resources, no repeats, in-order arrival and plain JSON. */
export function historyArbitrary(options: HistoryOptions = {}): fc.Arbitrary<History> {
  const events = options.events ?? { min: 20, max: 60 };
  const accounts = options.accounts ?? { min: 2, max: 4 };
  const resources = options.resources ?? { min: 3, max: 9 };
  return fc
    .record({
      season: options.season === undefined ? fc.constantFrom(...SEASONS) : fc.constant(options.season),
      zones: fc.array(fc.constantFrom(...(options.zones ?? ZONES)), {
        minLength: accounts.min,
        maxLength: accounts.max,
        size: "max",
      }),
      kinds: fc.array(fc.constantFrom(...(options.kinds ?? BUILT_IN_KINDS)), {
        minLength: resources.min - 2,
        maxLength: resources.max - 2,
        size: "max",
      }),
      // Size "max": the default size would keep most histories near the least length.
      drafts: fc.array(draftArbitrary(), { minLength: events.min, maxLength: events.max, size: "max" }),
    })
    .map(({ drafts, kinds, ...cast }) =>
      historyOf(drafts, castOf({ ...cast, kinds: ["vm", "volume", ...kinds] }), options.conflicts ?? true),
    );
}

export interface SeededOptions {
  /** Number of drafts; about a fifth more events arrive, as repeats do. */
  readonly events: number;
  readonly resources: number;
  readonly accounts: number;
  readonly conflicts?: boolean;
  /** What the resources are, in turn; default every other one a VM or a volume, the rest all that is built in. */
  readonly kinds?: readonly Kind[];
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
  const others = options.kinds ?? BUILT_IN_KINDS;
  const kinds = Array.from({ length: options.resources }, (_, index) =>
    options.kinds === undefined && index % 4 < 2 ? cutOf(["vm", "volume"] as const, index) : cutOf(others, index),
  );
  return historyOf(drafts, castOf({ zones, kinds, season }), options.conflicts ?? true);
}

function historyOf(drafts: readonly Draft[], cast: Cast, conflicts: boolean): History {
  const { from_ms, to_ms } = cast.season;
  const events = eventsOf(drafts, cast, conflicts);
  return { accounts: cast.accounts, events, from_ms, to_ms, until_ms: to_ms + 3 * DAY_MS };
}

// The ends of a range are drawn more often than what lies between, which is no help where they mean what should be rare.
const EVENLY: readonly string[] = ["late", "revise", "rare"];

function draftArbitrary(): fc.Arbitrary<Draft> {
  const fields = Object.entries(DRAFT_BOUNDS).map(([name, bound]) => {
    const number = fc.integer({ min: 0, max: bound - 1 });
    return [name, EVENLY.includes(name) ? fc.noBias(number) : number];
  });
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
