import { AppError } from "../../core/errors.ts";
import type { Message } from "../../ingest/index.ts";
import type { Caller } from "./caller.ts";

/**
 * Holds a producer to its sources: a message of another one, or that revises an event of another one, and the whole batch is refused with
 * nothing of it stored. What names no source at all goes on, into quarantine. @throws AppError forbidden, naming the source
 */
export function requireSources(caller: Caller, messages: readonly Message[]): void {
  if (maySendAny(caller)) return;
  const { sources } = caller;
  for (const [index, { value }] of messages.entries()) {
    const foreign = sourcesOf(value).find((source) => !sources.includes(source));
    if (foreign !== undefined) throw notTaken(foreign, `message ${index} of the body is of`);
  }
}

/** Holds a producer to its sources, where one is named. @throws AppError forbidden, naming the source */
export function requireSource(caller: Caller, source: string): void {
  if (!maySendAny(caller) && !caller.sources.includes(source)) throw notTaken(source, "the list is of");
}

/** Others have no sources of their own: where finance may ask what would become of events, it may ask of any. */
function maySendAny({ role, sources }: Caller): boolean {
  return role !== "producer" || sources.includes("*");
}

function notTaken(source: string, what: string): AppError {
  return new AppError(
    "forbidden",
    `${what} source ${JSON.stringify(source.slice(0, 256))}, which this key may not send for`,
    {
      field: "source",
    },
  );
}

/** All sources a message speaks of: its own, and of a revision that of the event revised. */
function sourcesOf(value: unknown): string[] {
  const data = within(value, "data");
  const named = [value, within(data, "original"), within(data, "event")].map((part) => within(part, "source"));
  return named.filter((source): source is string => typeof source === "string");
}

function within(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
