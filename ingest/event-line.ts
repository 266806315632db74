import Type, { type Static } from "typebox";
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
    `${field(event.details)}\t${field(event.tags)}\t${field(event.extensions)}`
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
});
export type EventRow = Static<typeof EventRow>;

/** The event a row holds. */
export function fromRow(row: EventRow): LifecycleEvent {
  const { log_partition: _partition, log_offset: _offset, occurred_ms, sequence, size, virtual_size, ...labels } = row;
  return {
    ...labels,
    occurred_at: instant(Number(occurred_ms)),
    sequence: BigInt(sequence),
    size: BigInt(size),
    virtual_size: BigInt(virtual_size),
  };
}
