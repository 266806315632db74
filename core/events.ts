import Type, { type Static } from "typebox";
import { formatInstant, type InstantMs } from "./instant.ts";

const Label = Type.Union([Type.String({ maxLength: 1024 }), Type.Null()]);
const Quantity = Type.Union([Type.String({ pattern: "^\\d{1,40}$" }), Type.Integer({ minimum: 0 }), Type.Null()]);
const Pairs = Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 4096 }), { maxProperties: 256 });
const Key = Type.String({ minLength: 1, maxLength: 256 });

/** What an event says of its resource; unknown fields are refused. Sizes are bytes as decimal strings (or JSON integers below 2^53). */
export const EventData = Type.Object(
  {
    account_id: Key,
    account: Type.Optional(Label),
    domain: Type.Optional(Label),
    project_id: Type.Optional(Label),
    zone: Type.Optional(Label),
    resource: Key,
    part: Type.Optional(Label),
    name: Type.Optional(Label),
    offering: Type.Optional(Label),
    template: Type.Optional(Label),
    size: Type.Optional(Quantity),
    virtual_size: Type.Optional(Quantity),
    resource_type: Type.Optional(Label),
    vm: Type.Optional(Label),
    details: Type.Optional(Pairs),
    tags: Type.Optional(Pairs),
  },
  { additionalProperties: false },
);
export type EventData = Static<typeof EventData>;

/** The message contract: a CloudEvents 1.0 envelope; extension attributes are kept. */
export const CloudEvent = Type.Object(
  {
    specversion: Type.Literal("1.0"),
    id: Key,
    source: Key,
    sequence: Type.Optional(Type.String({ pattern: "^\\d{1,19}$" })),
    type: Key,
    time: Type.String({ maxLength: 64 }),
    subject: Type.Optional(Label),
    data: EventData,
  },
  { $id: "CloudEvent", description: "A resource lifecycle event: CloudEvents 1.0 JSON" },
);
export type CloudEvent = Static<typeof CloudEvent>;

/**
 * An accepted event, flat: what the log keeps. Labels that were absent, null or empty are "". Sizes are bytes,
 * -1n = not given; `sequence` -1n = not given; details, tags and extensions are JSON with sorted keys.
 */
export interface LifecycleEvent {
  readonly source: string;
  readonly id: string;
  readonly sequence: bigint;
  readonly type: string;
  readonly subject: string;
  readonly occurred_at: InstantMs;
  readonly account_id: string;
  readonly account: string;
  readonly domain: string;
  readonly project_id: string;
  readonly zone: string;
  readonly resource: string;
  readonly part: string;
  readonly name: string;
  readonly offering: string;
  readonly template: string;
  readonly resource_type: string;
  readonly vm: string;
  readonly size: bigint;
  readonly virtual_size: bigint;
  readonly details: string;
  readonly tags: string;
  readonly extensions: string;
}

/** An event as it goes over the wire; the exact opposite of reading one. */
export function toCloudEvent(event: LifecycleEvent): CloudEvent & Record<string, unknown> {
  const optional = (value: string): string | null => (value === "" ? null : value);
  const size = (value: bigint): string | null => (value < 0n ? null : value.toString());
  return {
    ...(JSON.parse(event.extensions) as Record<string, unknown>),
    specversion: "1.0",
    id: event.id,
    source: event.source,
    ...(event.sequence < 0n ? {} : { sequence: event.sequence.toString() }),
    type: event.type,
    time: formatInstant(event.occurred_at),
    ...(event.subject === "" ? {} : { subject: event.subject }),
    data: {
      account_id: event.account_id,
      account: optional(event.account),
      domain: optional(event.domain),
      project_id: optional(event.project_id),
      zone: optional(event.zone),
      resource: event.resource,
      part: event.part,
      name: optional(event.name),
      offering: optional(event.offering),
      template: optional(event.template),
      size: size(event.size),
      virtual_size: size(event.virtual_size),
      resource_type: optional(event.resource_type),
      vm: optional(event.vm),
      details: JSON.parse(event.details) as Record<string, string>,
      tags: JSON.parse(event.tags) as Record<string, string>,
    },
  };
}
