import { type EventJson, instantOf } from "../oracle/event.ts";

/** How much of what is hard a history holds; counts of accepted events where nothing else is said. */
export interface Mix {
  /** All messages, repeats included. */
  readonly arrivals: number;
  readonly accepted: number;
  /** That share resource and millisecond with another. */
  readonly ties: number;
  /** That arrive after one that happened later. */
  readonly disordered: number;
  /** That arrive after a run has published their window. */
  readonly late: number;
  /** Repeats of a (source, id) with the same content. */
  readonly duplicates: number;
  /** Repeats of a (source, id) with other content. */
  readonly conflicts: number;
  /** That name another account than the one before them in the life of their resource. */
  readonly moves: number;
  /** Amendments and retractions. */
  readonly revisions: number;
  /** Revisions that arrive before what they revise, or without it. */
  readonly revised_unseen: number;
  /** Changes of tags, owner or size alone. */
  readonly partials: number;
  /** Deletions of accounts. */
  readonly deletions: number;
  /** Cumulative samples of counters. */
  readonly samples: number;
  /** Cumulative samples that start a new epoch or lie below the one before. */
  readonly resets: number;
}

/** Up to when windows are published before the event at an index of the arrivals comes, for its account; -Infinity: nothing is. */
export type PublishedBefore = (index: number, event: EventJson) => number;

/** Counts the mix of events given in order of arrival; without `publishedBefore` nothing is late. */
export function mixOf(
  { events }: { readonly events: readonly EventJson[] },
  publishedBefore: PublishedBefore = () => Number.NEGATIVE_INFINITY,
): Mix {
  const firsts = new Map<string, { readonly event: EventJson; readonly content: string }>();
  let [duplicates, conflicts, late, disordered, unseen] = [0, 0, 0, 0, 0];
  let latest_ms = Number.NEGATIVE_INFINITY;
  for (const [index, event] of events.entries()) {
    const content = JSON.stringify(event);
    const first = firsts.get(identity(event));
    if (first !== undefined) {
      if (first.content === content) duplicates += 1;
      else conflicts += 1;
      continue;
    }
    firsts.set(identity(event), { event, content });
    const { original, event: instead } = event.data;
    const at_ms = instantOf((instead ?? event).time);
    if (at_ms < latest_ms) disordered += 1;
    latest_ms = Math.max(latest_ms, at_ms);
    if (at_ms < publishedBefore(index, instead ?? event)) late += 1;
    if (original !== undefined && !firsts.has(identity(original))) unseen += 1;
  }
  const accepted = [...firsts.values()].map(({ event }) => event);
  const ofTypes = (...starts: readonly string[]): number =>
    accepted.filter(({ type }) => starts.some((start) => type.startsWith(start))).length;
  return {
    arrivals: events.length,
    accepted: accepted.length,
    ...tiesAndMoves(accepted),
    disordered,
    late,
    duplicates,
    conflicts,
    revisions: ofTypes("tally.event."),
    revised_unseen: unseen,
    partials: ofTypes("tally.tags.", "tally.owner.", "tally.size"),
    deletions: ofTypes("ACCOUNT.DELETE"),
    ...resetsOf(accepted),
  };
}

/** The mixes of many histories as one. */
export function addMixes(mixes: readonly Mix[]): Mix {
  const [first, ...rest] = mixes;
  if (first === undefined) throw new Error("no mix to add up");
  const sum = (a: Mix, b: Mix): Mix =>
    Object.fromEntries(
      Object.entries(a).map(([name, count]) => [name, count + b[name as keyof Mix]]),
    ) as unknown as Mix;
  return rest.reduce(sum, first);
}

const identity = ({ source, id }: { readonly source: string; readonly id: string }): string =>
  JSON.stringify([source, id]);

// The lives of what an event's own word counts for; revisions live under their own name.
function livesOf(events: readonly EventJson[], keyOf: (event: EventJson) => string): EventJson[][] {
  const lives = new Map<string, EventJson[]>();
  for (const event of events) {
    const life = lives.get(keyOf(event)) ?? [];
    life.push(event);
    lives.set(keyOf(event), life);
  }
  return [...lives.values()].map((life) => life.sort((a, b) => instantOf(a.time) - instantOf(b.time)));
}

function tiesAndMoves(accepted: readonly EventJson[]): Pick<Mix, "ties" | "moves"> {
  let [ties, moves] = [0, 0];
  const plain = accepted.filter(({ type }) => !type.startsWith("tally.event."));
  for (const life of livesOf(plain, ({ data }) => data.resource)) {
    for (const [index, step] of life.entries()) {
      const [before, after] = [life[index - 1], life[index + 1]];
      const isAt = (other: EventJson | undefined): boolean =>
        other !== undefined && instantOf(other.time) === instantOf(step.time);
      if (isAt(before) || isAt(after)) ties += 1;
      if (before !== undefined && before.data.account_id !== step.data.account_id) moves += 1;
    }
  }
  return { ties, moves };
}

function resetsOf(accepted: readonly EventJson[]): Pick<Mix, "samples" | "resets"> {
  let [samples, resets] = [0, 0];
  const cumulative = accepted.filter(({ type, data }) => type === "tally.counter" && data.counter !== "delta");
  for (const life of livesOf(cumulative, ({ data }) => `${data.resource} ${data.part ?? ""}`)) {
    for (const [index, { data }] of life.entries()) {
      samples += 1;
      const before = life[index - 1]?.data;
      if (before === undefined) continue;
      const falls = Object.entries(data.readings ?? {}).some(
        ([name, value]) => BigInt(before.readings?.[name] ?? 0) > BigInt(value),
      );
      if (falls || (data.epoch ?? "") !== (before.epoch ?? "")) resets += 1;
    }
  }
  return { samples, resets };
}
