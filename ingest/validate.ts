import { Compile } from "typebox/compile";
import { CloudEvent, type EventData, type LifecycleEvent } from "../core/events.ts";
import { formatInstant, type InstantMs, instant, parseInstant } from "../core/instant.ts";
import { eventTypes, sizedEventTypes } from "../core/usage-types.ts";

/** Why an event was refused: the field, the value it had, and what was expected. */
export interface Refusal {
  readonly field: string;
  readonly reason: string;
}

/** How far ahead of our clock an event may claim to have happened. */
const futureMsMax = 5 * 60_000;
const earliest = instant(Date.UTC(2000, 0, 1));
const sizeMax = 2n ** 63n;

const check = Compile(CloudEvent);
const attributes = new Set(["specversion", "id", "source", "sequence", "type", "time", "subject", "data"]);

/** What is expected where, for the fields whose schema alone would not tell a person. */
const expectations: Readonly<Record<string, string>> = {
  "": "expected an object",
  id: "expected text of 1 to 256 characters",
  source: "expected text of 1 to 256 characters",
  type: "expected text of 1 to 256 characters",
  data: "expected an object",
  "data.account_id": "expected text of 1 to 256 characters",
  "data.resource": "expected text of 1 to 256 characters",
  specversion: 'expected "1.0"',
  sequence: "expected an unsigned decimal string below 2^63",
  time: "expected an RFC 3339 instant with an offset or Z",
  "data.size": "expected whole bytes below 2^63, as a decimal string or a JSON integer below 2^53",
  "data.virtual_size": "expected whole bytes below 2^63, as a decimal string or a JSON integer below 2^53",
  "data.tags": "expected an object of at most 256 strings",
  "data.details": "expected an object of at most 256 strings",
};

/**
 * Reads one event of the message contract. `now` is the clock port's: events more than five minutes ahead are refused, as
 * are events before 2000 or more than `horizon_ms` ago (as a rule the retention horizon), unknown types, and what must be charged by its size but has none. Finer than a millisecond is floored.
 */
export function validateEvent(
  raw: unknown,
  now: InstantMs,
  horizon_ms = Number.POSITIVE_INFINITY,
): LifecycleEvent | Refusal {
  if (!check.Check(raw)) return explainShape(raw);
  const occurredAt = parseInstant(raw.time);
  if (occurredAt === null) return refuse("time", raw.time);
  if (occurredAt > now + futureMsMax) {
    return refuse("time", raw.time, `expected no later than 5 minutes after ${formatInstant(now)}, the time here`);
  }
  if (occurredAt < earliest) return refuse("time", raw.time, "expected 2000-01-01T00:00:00.000Z or later");
  if (occurredAt < now - horizon_ms) {
    const days = Math.floor(horizon_ms / 86_400_000);
    return refuse("time", raw.time, `expected no longer ago than the ${days} days of ingest.retention.horizon`);
  }
  if (!eventTypes.has(raw.type))
    return refuse("type", raw.type, "expected an event type of a usage type in GET /v1/usage-types");
  const { data } = raw;
  const size = readSize(data.size);
  if (size === null) return refuse("data.size", data.size);
  const virtualSize = readSize(data.virtual_size);
  if (virtualSize === null) return refuse("data.virtual_size", data.virtual_size);
  if (size < 0n && sizedEventTypes.has(raw.type)) {
    return refuse(
      "data.size",
      data.size,
      `expected the size in bytes: ${raw.type} opens or changes what is charged by it`,
    );
  }
  const sequence = raw.sequence === undefined ? -1n : BigInt(raw.sequence);
  if (sequence >= sizeMax) return refuse("sequence", raw.sequence);
  const extensions = Object.entries(raw).filter(([name]) => !attributes.has(name));
  const nested = extensions.find(([, value]) => typeof value === "object" && value !== null);
  if (nested !== undefined)
    return refuse(nested[0], nested[1], "expected an extension attribute to be a string, a number or a boolean");
  return toLifecycleEvent(raw, {
    occurredAt,
    sequence,
    size,
    virtualSize,
    extensions: canonical(Object.fromEntries(extensions)),
  });
}

/** Whether validation refused. */
export function isRefusal(outcome: LifecycleEvent | Refusal): outcome is Refusal {
  return "reason" in outcome;
}

interface Parsed {
  readonly occurredAt: InstantMs;
  readonly sequence: bigint;
  readonly size: bigint;
  readonly virtualSize: bigint;
  readonly extensions: string;
}

function toLifecycleEvent(raw: CloudEvent, parsed: Parsed): LifecycleEvent {
  const { data } = raw;
  return {
    source: raw.source,
    id: raw.id,
    sequence: parsed.sequence,
    type: raw.type,
    subject: raw.subject ?? "",
    occurred_at: parsed.occurredAt,
    account_id: data.account_id,
    account: data.account ?? "",
    domain: data.domain ?? "",
    project_id: data.project_id ?? "",
    zone: data.zone ?? "",
    resource: data.resource,
    part: data.part ?? "",
    name: data.name ?? "",
    offering: data.offering ?? "",
    template: data.template ?? "",
    resource_type: data.resource_type ?? "",
    vm: data.vm ?? "",
    size: parsed.size,
    virtual_size: parsed.virtualSize,
    details: canonical(data.details),
    tags: canonical(data.tags),
    extensions: parsed.extensions,
  };
}

/** Bytes, -1n when not given, null when out of range. A JSON integer at or above 2^53 has lost digits already. */
function readSize(value: EventData["size"]): bigint | null {
  if (value === undefined || value === null) return -1n;
  if (typeof value === "number" && !Number.isSafeInteger(value)) return null;
  const size = BigInt(value);
  return size < sizeMax ? size : null;
}

/** JSON with sorted keys, so that the same pairs are the same text. */
function canonical(pairs: Readonly<Record<string, unknown>> | undefined): string {
  if (pairs === undefined) return "{}";
  const keys = Object.keys(pairs);
  if (keys.length === 0) return "{}";
  return `{${keys
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(pairs[key])}`)
    .join(",")}}`;
}

function explainShape(raw: unknown): Refusal {
  const faults = check.Errors(raw);
  const unknown = faults.find(({ keyword, instancePath }) => keyword === "boolean" && instancePath !== "");
  const fault = unknown ?? faults.find(({ keyword }) => keyword !== "anyOf") ?? faults[0];
  if (fault === undefined) return refuse("", raw);
  const absent = (fault.params as { requiredProperties?: string[] }).requiredProperties?.[0];
  const path = [...keysOf(fault.instancePath), ...(absent === undefined ? [] : [absent])];
  const field = path.join(".");
  const said =
    unknown === undefined
      ? (expectations[field] ?? fault.message.replace(/^must/, "expected it to"))
      : "expected no such field";
  return refuse(field, valueAt(raw, path), said);
}

function refuse(field: string, value: unknown, expected?: string): Refusal {
  const shown = value === undefined ? "missing" : show(value);
  return {
    field,
    reason: `${field === "" ? "the event" : field} is ${shown}, ${expected ?? expectations[field] ?? "expected another value"}`,
  };
}

/** The keys of a JSON pointer (RFC 6901). */
function keysOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function valueAt(raw: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    raw,
  );
}

/** Scalars as they are; of anything else only what it is, however deep it goes. */
function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : JSON.stringify(value).slice(0, 200);
}
