import Type, { type Static } from "typebox";
import { numbersField, textsField } from "../core/array-field.ts";
import type { LifecycleEvent } from "../core/events.ts";
import { instant } from "../core/instant.ts";
import { field, timeField } from "../core/insert-lines.ts";

/** Columns of table event that come from the message, in the order of its line. */
export const messageColumns = [
  "source",
  "id",
  "sequence",
  "type",
  "subject",
  "occurred_at",
  "account_id",
  "account",
  "domain",
  "project_id",
  "zone",
  "resource",
  "part",
  "name",
  "offering",
  "template",
  "resource_type",
  "vm",
  "size",
  "virtual_size",
  "details",
  "tags",
  "extensions",
  "reading_names",
  "reading_values",
  "counter",
  "epoch",
  "revision",
  "original_source",
  "original_id",
  "envelope",
] as const;

const line = Symbol("line");

/** The line of an event, made once and kept with it: ingest compares lines and the log writes them. */
export function lineOf(event: LifecycleEvent & { [line]?: string }): string {
  // On the object, not in a WeakMap: a hundred thousand entries a second there cost the collector more than the lines do.
  return (event[line] ??= toLine(event));
}

/** An event as a tab-separated line without its end, columns as in messageColumns: equal lines are equal content. */
function toLine(event: LifecycleEvent): string {
  return (
    `${field(event.source)}\t${field(event.id)}\t${event.sequence}\t${event.type}\t${field(event.subject)}\t${timeField(event.occurred_at)}\t` +
    `${field(event.account_id)}\t${field(event.account)}\t${field(event.domain)}\t${field(event.project_id)}\t${field(event.zone)}\t` +
    `${field(event.resource)}\t${field(event.part)}\t${field(event.name)}\t${field(event.offering)}\t${field(event.template)}\t` +
    `${field(event.resource_type)}\t${field(event.vm)}\t${event.size}\t${event.virtual_size}\t` +
    `${field(event.details)}\t${field(event.tags)}\t${field(event.extensions)}\t${restOf(event)}`
  );
}

const plainLine = "[]\t[]\t\t\t0\t\t\t";

/** Readings and revision; nine events in ten have neither. */
function restOf(event: LifecycleEvent): string {
  if (event.revision === 0 && event.reading_names.length === 0 && event.counter === "") return plainLine;
  return (
    `${textsField(event.reading_names)}\t${numbersField(event.reading_values)}\t${event.counter}\t${field(event.epoch)}\t${event.revision}\t` +
    `${field(event.original_source)}\t${field(event.original_id)}\t${field(event.envelope)}`
  );
}

const Text = Type.String();

/** A row of table event as queries give it. */
export const EventRow = Type.Object({
  log_partition: Type.Integer(),
  log_offset: Text,
  occurred_ms: Text,
  sequence: Text,
  size: Text,
  virtual_size: Text,
  source: Text,
  id: Text,
  type: Text,
  subject: Text,
  account_id: Text,
  account: Text,
  domain: Text,
  project_id: Text,
  zone: Text,
  resource: Text,
  part: Text,
  name: Text,
  offering: Text,
  template: Text,
  resource_type: Text,
  vm: Text,
  details: Text,
  tags: Text,
  extensions: Text,
  reading_names: Type.Array(Text),
  reading_values: Type.Array(Text),
  counter: Text,
  epoch: Text,
  revision: Type.Integer(),
  original_source: Text,
  original_id: Text,
  envelope: Text,
});
export type EventRow = Static<typeof EventRow>;

/** The event a row holds. */
export function fromRow(row: EventRow): LifecycleEvent {
  const {
    log_partition: _partition,
    log_offset: _offset,
    occurred_ms,
    sequence,
    size,
    virtual_size,
    reading_values,
    ...rest
  } = row;
  return {
    ...rest,
    occurred_at: instant(Number(occurred_ms)),
    sequence: BigInt(sequence),
    size: BigInt(size),
    virtual_size: BigInt(virtual_size),
    reading_values: reading_values.map(BigInt),
  };
}
