import { amendedType, type CloudEvent, type EventData, type LifecycleEvent, retractedType } from "../core/events.ts";
import { formatInstant, type InstantMs } from "../core/instant.ts";
import { canonical } from "./canonical.ts";
import { type Refusal, refuse, within, isRefusal } from "./refusal.ts";

/** Which event a message revises and which of its revisions it is. */
export type Revision = Pick<LifecycleEvent, "revision" | "original_source" | "original_id">;

/** Fields that only revisions have. */
const ofRevisions = ["original", "revision", "by", "why"] as const;
/** What an amendment says in data.event: beside it nobody would read it. */
const ofNewEvent = [
  "offering",
  "template",
  "size",
  "virtual_size",
  "resource_type",
  "vm",
  "details",
  "tags",
  "readings",
  "counter",
  "epoch",
] as const;
const labels = ["account", "domain", "project_id", "zone", "part", "name"] as const;

/** Refuses an event that is no revision and says something only a revision may say. */
export function refuseRevisionFields(data: EventData): Refusal | null {
  const { original, revision, by, why, event } = data;
  // Nearly all events have none of them: asked one by one, which a loop over names is slower at.
  if (original === undefined && revision === undefined && by === undefined && why === undefined && event === undefined)
    return null;
  if (event !== undefined) return refuse("data.event", event, `expected it of ${amendedType} only`);
  const name = ofRevisions.find((one) => data[one] !== undefined) ?? "revision";
  return refuse(`data.${name}`, data[name], `expected it of ${amendedType} and ${retractedType} only`);
}

/** Reads what a revision revises. One that revises itself, or of which nobody says who and why, is refused. */
export function readRevision({ source, id, type, data }: CloudEvent): Revision | Refusal {
  for (const name of ofRevisions) {
    if (data[name] === undefined) return refuse(`data.${name}`, undefined);
  }
  if (type !== amendedType && data.event !== undefined)
    return refuse("data.event", data.event, `expected it of ${amendedType} only`);
  const { original = { source: "", id: "" }, revision = 0 } = data;
  if (original.source === source && original.id === id)
    return refuse("data.original.id", original.id, "expected another event than the revision itself");
  return { revision, original_source: original.source, original_id: original.id };
}

/** Who retracted and why: all a retraction says beyond its columns. */
export function retractionEnvelope({ by, why }: EventData): string {
  return canonical({ by, why });
}

/** What is read of an amendment's own envelope before its event is looked at. */
export interface AmendmentHead {
  readonly occurredAt: InstantMs;
  readonly sequence: bigint;
  readonly extensions: string;
}

/**
 * Flattens an amendment: the columns of the event that counts, under the amendment's own source and id. The new event is
 * read by `read`, like any other; what is wrong with it is said of data.event.
 */
export function readAmendment(
  raw: CloudEvent,
  head: AmendmentHead,
  read: (event: unknown) => LifecycleEvent | Refusal,
): LifecycleEvent | Refusal {
  const revision = readRevision(raw);
  if (isRefusal(revision)) return revision;
  const { data } = raw;
  for (const name of ofNewEvent) {
    if (saysSomething(data[name])) return refuse(`data.${name}`, data[name], "expected it in data.event");
  }
  if (data.event === undefined) return refuse("data.event", undefined);
  const { type } = data.event;
  if (typeof type === "string" && type.startsWith("tally.event."))
    return refuse("data.event.type", type, "expected an event that is no revision itself");
  const event = read(data.event);
  if (isRefusal(event)) return within("data.event", event);
  const { original_source, original_id } = revision;
  const expected = (value: string): string => `expected the original's, ${JSON.stringify(value)}`;
  if (event.source !== original_source) return refuse("data.event.source", event.source, expected(original_source));
  if (event.id !== original_id) return refuse("data.event.id", event.id, expected(original_id));
  return { ...event, source: raw.source, id: raw.id, ...revision, envelope: amendmentEnvelope(raw, head) };
}

/** Of an amendment's message what its columns do not say (AmendmentEnvelope of core/events.ts), keys in order. */
function amendmentEnvelope({ subject, data }: CloudEvent, { occurredAt, sequence, extensions }: AmendmentHead): string {
  const { account_id, resource, by, why } = data;
  const pairs: Record<string, unknown> = { account_id, resource, by, why, time: formatInstant(occurredAt) };
  for (const name of labels) if (saysSomething(data[name])) pairs[name] = data[name];
  if (sequence >= 0n) pairs["sequence"] = sequence.toString();
  if (saysSomething(subject)) pairs["subject"] = subject;
  // Text already, with its keys in order: parsing and writing would put keys that look like numbers first.
  const texts = Object.entries(pairs).map(([key, value]) => [key, JSON.stringify(value)] as const);
  return `{${[...texts, ["extensions", extensions] as const]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `"${key}":${value}`)
    .join(",")}}`;
}

function saysSomething(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== "";
}
