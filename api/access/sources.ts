import { AppError } from "../../core/errors.ts";
import type { Message } from "../../ingest/index.ts";
import type { Caller } from "./caller.ts";

/**
 * Holds a producer to its sources: a message of another one, or that revises an event of another one, and the whole batch is refused with
 * nothing of it stored. What names no source at all goes on, into quarantine. @throws AppError forbidden, naming the source
 */
export function requireSources({ sources }: Caller, messages: readonly Message[]): void {
  if (sources.includes("*")) return;
  for (const [index, { value }] of messages.entries()) {
    const foreign = sourcesOf(value).find((source) => !sources.includes(source));
    if (foreign !== undefined) throw notTaken(foreign, `message ${index} of the body is of`);
  }
}

/** Holds a producer to its sources, where one is named. @throws AppError forbidden, naming the source */
export function requireSource({ sources }: Caller, source: string): void {
  if (!sources.includes("*") && !sources.includes(source)) throw notTaken(source, "the list is of");
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
