import type { Clock } from "../core/clock.ts";
import type { EventLog } from "../core/event-log.ts";
import type { LifecycleEvent } from "../core/events.ts";
import type { InstantMs } from "../core/instant.ts";
import { lineOf } from "./event-line.ts";
import type { Quarantine, Refused } from "./quarantine.ts";
import { createRecentIds } from "./recent-ids.ts";
import { isRefusal } from "./refusal.ts";
import { type EventRules, validateEvent, type ValidationOptions } from "./validate.ts";

/** A message on its way in: what JSON made of it (undefined where it could not be read), and its text, asked for only when it is refused. */
export interface Message {
  readonly value: unknown;
  raw(): string;
}

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

export interface Ingest {
  /** Takes in a batch from `origin`; resolves when what it says is durable (P2). Rejects only when the store does: send again. */
  accept(messages: readonly Message[], origin: string): Promise<Outcome>;
  /** A run has found that what came in under this id contradicts what was accepted before: it is no measure for repeats. */
  forget(source: string, id: string): void;
}

interface Sorted {
  readonly fresh: { event: LifecycleEvent; line: string }[];
  readonly refused: Refused[];
  readonly rejected: Rejection[];
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
}): Ingest {
  const recent = createRecentIds();

  function sort(messages: readonly Message[], origin: string): Sorted {
    const options: ValidationOptions = {
      rules: usageTypes,
      now: clock.now(),
      archived_before: archived_before(),
      ...(horizon_ms === undefined ? {} : { horizon_ms }),
    };
    const sorted: Sorted = { fresh: [], refused: [], rejected: [], duplicates: 0 };
    const inBatch = new Map<string, string>();
    messages.forEach((message, index) => {
      const { value } = message;
      const reject = (source: string, id: string, field: string, reason: string): void => {
        sorted.rejected.push({ index, id: id === "" ? null : id, field, reason });
        sorted.refused.push({ raw: message.raw(), origin, source, id, field, reason });
      };
      if (value === undefined) return reject("", "", "", "the message is not JSON");
      const event = validateEvent(value, options);
      if (isRefusal(event)) return reject(text(value, "source"), text(value, "id"), event.field, event.reason);
      const line = lineOf(event);
      // Half of a surrogate pair cannot be written as UTF-8: what came back would not be what was sent.
      if (!line.isWellFormed())
        return reject(
          event.source,
          event.id,
          "",
          "the event holds half of a surrogate pair, expected well-formed Unicode",
        );
      const name = `${event.source.length}:${event.source}${event.id}`;
      const earlier = inBatch.get(name);
      const known =
        earlier === undefined ? recent.know(event.source, event.id, line) : earlier === line ? "duplicate" : "conflict";
      if (known === "duplicate") sorted.duplicates += 1;
      else if (known === "conflict") {
        reject(
          event.source,
          event.id,
          "id",
          `id is ${JSON.stringify(event.id)}, which ${event.source} has used for an event with other content`,
        );
      } else {
        inBatch.set(name, line);
        sorted.fresh.push({ event, line });
      }
    });
    return sorted;
  }

  return {
    accept: async (messages, origin) => {
      const { fresh, refused, rejected, duplicates } = sort(messages, origin);
      await Promise.all([log.append(fresh.map(({ event }) => event)), quarantine.put(refused)]);
      for (const { event, line } of fresh) recent.remember(event.source, event.id, line);
      return { accepted: fresh.length, duplicates, rejected };
    },
    forget: recent.forget,
  };
}

function text(value: unknown, name: string): string {
  const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === "string" ? found : "";
}
