import type { Clock } from "../core/clock.ts";
import type { EventLog } from "../core/event-log.ts";
import type { LifecycleEvent } from "../core/events.ts";
import type { InstantMs } from "../core/instant.ts";
import { checkMessage, type Checked, type Message } from "./check-message.ts";
import type { PastEvents } from "./past-events.ts";
import type { Quarantine, Refused } from "./quarantine.ts";
import { createRecentIds } from "./recent-ids.ts";
import { eventName, explainConflict, type Refusal } from "./refusal.ts";
import type { EventRules, ValidationOptions } from "./validate.ts";
import { traced } from "../core/trace.ts";

/** One refused message of a batch, by its place in it. */
export interface Rejection {
  readonly index: number;
  readonly id: string | null;
  readonly field: string;
  readonly reason: string;
}

/** What became of a batch: every message is in exactly one of the three. */
export interface Outcome {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly Rejection[];
}

/** What was refused; with its line where nothing but its age speaks against it. */
export type PastRefused = Refused & { readonly past_line?: string };

export interface Ingest {
  /** The check of single messages, as things stand now; nothing is taken in. What reads a log that others write stands on it. */
  checker(): (message: Message) => Checked;
  /** Takes in a batch from `origin`; resolves when what it says is durable (P2). Rejects only when the store does: send again. */
  accept(messages: readonly Message[], origin: string): Promise<Outcome>;
  /** Leaves away repeats of what was accepted from what was refused for its age, and says of contradictions that they are. */
  settlePast<T extends PastRefused>(refused: readonly T[]): Promise<T[]>;
  /** A run has found that what came in under this id contradicts what was accepted before: it is no measure for repeats. */
  forget(source: string, id: string): void;
}

interface Sorted {
  readonly fresh: { event: LifecycleEvent; line: string }[];
  readonly refused: (PastRefused & { readonly index: number })[];
  duplicates: number;
}

/** The way in: validate each message, set aside what is refused, drop what is known, append the rest to the log. */
export function createIngest({
  log,
  quarantine,
  clock,
  usageTypes,
  horizon_ms,
  archived_before = () => null,
  past = () => Promise.resolve([]),
}: {
  log: EventLog;
  quarantine: Quarantine;
  clock: Clock;
  /** The registry in force, asked anew for each event. */
  usageTypes: EventRules;
  /** How long ago an event may have happened; without it only 2000 is the limit. */
  horizon_ms?: number;
  /** Before when events are archived, asked anew for each batch; null = none are. */
  archived_before?: () => InstantMs | null;
  /** What is known of events that are too old to be taken; without it nothing is. */
  past?: PastEvents;
}): Ingest {
  const recent = createRecentIds();

  function checker(): (message: Message) => Checked {
    const options: ValidationOptions = {
      rules: usageTypes,
      now: clock.now(),
      archived_before: archived_before(),
      ...(horizon_ms === undefined ? {} : { horizon_ms }),
    };
    return (message) => checkMessage(message, options);
  }

  function sort(messages: readonly Message[], origin: string): Sorted {
    const check = checker();
    const sorted: Sorted = { fresh: [], refused: [], duplicates: 0 };
    const inBatch = new Map<string, string>();
    messages.forEach((message, index) => {
      const checked = check(message);
      const { source, id } = "reason" in checked ? checked : checked.event;
      const refuse = (why: { field: string; reason: string; past_line?: string }): void => {
        sorted.refused.push({ index, raw: message.raw(), origin, source, id, ...why });
      };
      const line = "reason" in checked ? checked.past_line : checked.line;
      if (line === undefined) return refuse(checked as Refusal);
      const name = eventName({ source, id });
      const earlier = inBatch.get(name);
      const known = earlier === undefined ? recent.know(source, id, line) : earlier === line ? "duplicate" : "conflict";
      if (known === "duplicate") sorted.duplicates += 1;
      else if (known === "conflict") refuse(explainConflict({ source, id }));
      else if ("reason" in checked) refuse(checked);
      else {
        inBatch.set(name, line);
        sorted.fresh.push(checked);
      }
    });
    return sorted;
  }

  async function settlePast<T extends PastRefused>(refused: readonly T[]): Promise<T[]> {
    const asked = refused.filter(({ past_line }) => past_line !== undefined);
    if (asked.length === 0) return [...refused];
    const answers = await past(asked.map(({ past_line }) => past_line ?? ""));
    const known = new Map(asked.map((one, place) => [one, answers[place]]));
    return refused
      .filter((one) => known.get(one) !== "duplicate")
      .map((one) => (known.get(one) === "conflict" ? { ...one, ...explainConflict(one) } : one));
  }

  return {
    checker,
    accept: (messages, origin) =>
      traced("ingest batch", { "tally.ingest.origin": origin }, async (span) => {
        const { fresh, refused: sortedOut, duplicates } = sort(messages, origin);
        const refused = await settlePast(sortedOut);
        await Promise.all([log.append(fresh.map(({ event }) => event)), quarantine.put(refused)]);
        for (const { event, line } of fresh) recent.remember(event.source, event.id, line);
        const rejected = refused.map(({ index, id, field, reason }) => ({
          index,
          id: id === "" ? null : id,
          field,
          reason,
        }));
        const outcome = {
          accepted: fresh.length,
          duplicates: duplicates + sortedOut.length - refused.length,
          rejected,
        };
        span.setAttributes({
          "tally.ingest.accepted": outcome.accepted,
          "tally.ingest.duplicates": outcome.duplicates,
          "tally.ingest.quarantined": rejected.length,
        });
        return outcome;
      }),
    settlePast,
    forget: recent.forget,
  };
}
