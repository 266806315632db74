import type { LifecycleEvent } from "../core/events.ts";
import { lineOf } from "./event-line.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { validateEvent, type ValidationOptions } from "./validate.ts";

/** A message on its way in: what JSON made of it (undefined where it could not be read), and its text, asked for only when it is refused. */
export interface Message {
  readonly value: unknown;
  raw(): string;
}

/** An event that can be charged by, with its line; or why the message is none, and what it calls itself ("" = nothing). */
export type Checked =
  | { readonly event: LifecycleEvent; readonly line: string }
  | (Omit<Refusal, "past"> & { readonly source: string; readonly id: string; readonly past_line?: string });

/** Whether a message is an event, whatever way it came. Whether it is known already is asked elsewhere. */
export function checkMessage({ value }: Message, options: ValidationOptions): Checked {
  if (value === undefined) return { source: "", id: "", field: "", reason: "the message is not JSON" };
  const event = validateEvent(value, options);
  if (isRefusal(event)) {
    const { past, ...refusal } = event;
    const refused = { source: text(value, "source"), id: text(value, "id"), ...refusal };
    return past === true ? { ...refused, ...pastLine(value, options) } : refused;
  }
  const { source, id } = event;
  const line = lineOf(event);
  // Half of a surrogate pair cannot be written as UTF-8: what came back would not be what was sent.
  if (line.isWellFormed()) return { event, line };
  const reason = "the event holds half of a surrogate pair, expected well-formed Unicode";
  return { source, id, field: "", reason };
}

/** The line the event would have were it younger, by which a repeat is told from news; nothing where more is wrong with it. */
function pastLine(value: unknown, { rules, now }: ValidationOptions): { past_line?: string } {
  const event = validateEvent(value, { rules, now });
  if (isRefusal(event)) return {};
  const line = lineOf(event);
  return line.isWellFormed() ? { past_line: line } : {};
}

function text(value: unknown, name: string): string {
  const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === "string" ? found : "";
}
