import { Compile } from "typebox/compile";
import { amendedType, CloudEvent, type LifecycleEvent, retractedType } from "../core/events.ts";
import { formatInstant, type InstantMs, instant, parseInstant } from "../core/instant.ts";
import { canonical } from "./canonical.ts";
import { readReadings } from "./readings.ts";
import { explainShape } from "./explain-shape.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { readAmendment, readRevision, refuseRevisionFields, retractionEnvelope } from "./revision.ts";
import { readWhole, wholeMax } from "./whole-number.ts";

/** Which event types are taken and which must say a size; as of the moment they are asked, since operators add usage types. */
export interface EventRules {
  eventTypes(): ReadonlySet<string>;
  sizedEventTypes(): ReadonlySet<string>;
}

/** What an event is held against. */
export interface ValidationOptions {
  readonly rules: EventRules;
  /** The clock port's. */
  readonly now: InstantMs;
  /** How long ago an event may have happened, as a rule the retention horizon; without it only 2000 is the limit. */
  readonly horizon_ms?: number;
  /** Facts before it are archived; null = none are. */
  readonly archived_before?: InstantMs | null;
}

/** How far ahead of our clock an event may claim to have happened. */
const futureMsMax = 5 * 60_000;
const earliest = instant(Date.UTC(2000, 0, 1));

const check = Compile(CloudEvent);
const attributes = new Set(["specversion", "id", "source", "sequence", "type", "time", "subject", "data"]);

/**
 * Reads one event of the message contract. Events more than five minutes ahead of `now` are refused, as are events before
 * 2000 or more than `horizon_ms` ago, unknown types, and what must be charged by its size or its readings but has none.
 * Finer than a millisecond is floored. An amendment becomes the event that counts instead; that one is held to the same.
 */
export function validateEvent(raw: unknown, options: ValidationOptions): LifecycleEvent | Refusal {
  if (!check.Check(raw)) return explainShape(check.Errors(raw), raw);
  const occurredAt = readTime(raw, options);
  if (typeof occurredAt !== "number") return occurredAt;
  const sequence = raw.sequence === undefined ? -1n : BigInt(raw.sequence);
  if (sequence >= wholeMax) return refuse("sequence", raw.sequence);
  const extensions = readExtensions(raw);
  if (typeof extensions !== "string") return extensions;
  const head = { occurredAt, sequence, extensions };
  return raw.type === amendedType
    ? readAmendment(raw, head, (event) => validateEvent(event, options))
    : readOwn(raw, head, options.rules);
}

interface Head {
  readonly occurredAt: InstantMs;
  readonly sequence: bigint;
  readonly extensions: string;
}

/** An event that speaks for itself: all but amendments. */
function readOwn(raw: CloudEvent, head: Head, rules: EventRules): LifecycleEvent | Refusal {
  const { type, data } = raw;
  if (!rules.eventTypes().has(type))
    return refuse("type", type, "expected an event type of a usage type in GET /v1/usage-types");
  const size = readSize(data.size);
  if (size === null) return refuse("data.size", data.size);
  const virtualSize = readSize(data.virtual_size);
  if (virtualSize === null) return refuse("data.virtual_size", data.virtual_size);
  if (size < 0n && rules.sizedEventTypes().has(type)) {
    const expected = `expected the size in bytes: ${type} opens or changes what is charged by it`;
    return refuse("data.size", data.size, expected);
  }
  const readings = readReadings(type, data);
  if (isRefusal(readings)) return readings;
  const retracted = type === retractedType;
  const stray = retracted ? null : refuseRevisionFields(data);
  if (stray !== null) return stray;
  const revision = retracted ? readRevision(raw) : null;
  if (revision !== null && isRefusal(revision)) return revision;
  return {
    source: raw.source,
    id: raw.id,
    sequence: head.sequence,
    type,
    subject: raw.subject ?? "",
    occurred_at: head.occurredAt,
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
    size,
    virtual_size: virtualSize,
    details: canonical(data.details),
    tags: canonical(data.tags),
    extensions: head.extensions,
    reading_names: readings.reading_names,
    reading_values: readings.reading_values,
    counter: readings.counter,
    epoch: readings.epoch,
    revision: revision?.revision ?? 0,
    original_source: revision?.original_source ?? "",
    original_id: revision?.original_id ?? "",
    envelope: retracted ? retractionEnvelope(data) : "",
  };
}

function readTime(
  { time, type }: CloudEvent,
  { now, horizon_ms = Number.POSITIVE_INFINITY, archived_before = null }: ValidationOptions,
): InstantMs | Refusal {
  const occurredAt = parseInstant(time);
  if (occurredAt === null) return refuse("time", time);
  if (occurredAt > now + futureMsMax)
    return refuse("time", time, `expected no later than 5 minutes after ${formatInstant(now)}, the time here`);
  if (occurredAt < earliest) return refuse("time", time, "expected 2000-01-01T00:00:00.000Z or later");
  if (occurredAt < now - horizon_ms) {
    const days = Math.floor(horizon_ms / 86_400_000);
    const expected = `expected no longer ago than the ${days} days of ingest.retention.horizon`;
    return { ...refuse("time", time, expected), past: true };
  }
  // An amendment says what was so at the time of the event in it; a sample of a counter counts 1 ms before its instant.
  const counts = type === amendedType ? now : occurredAt - (type === "tally.counter" ? 1 : 0);
  if (archived_before !== null && counts < archived_before) {
    const month = formatInstant(instant(counts)).slice(0, 7);
    const expected = `expected ${formatInstant(archived_before)} or later: what happened before is archived`;
    const way = `tally archive restore ${month}, and all months after it, to take it in`;
    return { ...refuse("time", time, `${expected}; ${way}`), past: true };
  }
  return occurredAt;
}

/** Attributes outside data that we do not know, as JSON with sorted keys. */
function readExtensions(raw: CloudEvent): string | Refusal {
  const extensions = Object.entries(raw).filter(([name]) => !attributes.has(name));
  if (extensions.length === 0) return "{}";
  const nested = extensions.find(([, value]) => typeof value === "object" && value !== null);
  if (nested === undefined) return canonical(Object.fromEntries(extensions));
  return refuse(nested[0], nested[1], "expected an extension attribute to be a string, a number or a boolean");
}

/** Bytes, -1n when not given, null when out of range. */
function readSize(value: string | number | null | undefined): bigint | null {
  return value === undefined || value === null ? -1n : readWhole(value);
}
