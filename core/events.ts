import Type, { type Static } from "typebox";
import { revisionTypes } from "./event-types.ts";
import { formatInstant, type InstantMs } from "./instant.ts";

const Label = Type.Union([Type.String({ maxLength: 1024 }), Type.Null()]);
const Whole = Type.Union([Type.String({ pattern: "^\\d{1,40}$" }), Type.Integer({ minimum: 0 })]);
const Quantity = Type.Union([...Whole.anyOf, Type.Null()]);
const Pairs = Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 4096 }), { maxProperties: 256 });
const Key = Type.String({ minLength: 1, maxLength: 256 });
const Reason = Type.String({ minLength: 1, maxLength: 1024 });

/** Names of readings; of such letters only, since they go into lists of text as they are. */
export const readingNamePattern = "^[a-z][a-z0-9_.]{0,63}$";

/**
 * What an event says of its resource; unknown fields are refused. Sizes are bytes and readings whole numbers below 2^63, as
 * decimal strings (or JSON integers below 2^53). Which of the later fields an event may have goes by its type.
 */
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
    readings: Type.Optional(
      Type.Record(Type.String({ pattern: readingNamePattern }), Whole, {
        maxProperties: 64,
        description: "What a device or resource read at `time`, by name",
      }),
    ),
    counter: Type.Optional(
      Type.Union([Type.Literal("cumulative"), Type.Literal("delta")], {
        description: "tally.counter: whether readings run on since the epoch began (default) or since the last sample",
      }),
    ),
    epoch: Type.Optional(
      Type.Union([Type.String({ maxLength: 256 }), Type.Null()], {
        description: "tally.counter: within one epoch a cumulative counter never starts over; a new one starts at 0",
      }),
    ),
    original: Type.Optional(
      Type.Object(
        { source: Key, id: Key },
        { additionalProperties: false, description: "tally.event.*: the event that is replaced" },
      ),
    ),
    revision: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 4_294_967_295,
        description: "tally.event.*: the highest of an event's revisions counts",
      }),
    ),
    by: Type.Optional(Reason),
    why: Type.Optional(Reason),
    event: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: "tally.event.amended: the whole event that counts instead, with the original's source and id",
      }),
    ),
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

/** A message that says what is so instead of an event sent before, and one that says that such an event never was. */
export const [amendedType, retractedType] = revisionTypes;

/**
 * An accepted event, flat: what the log keeps. Labels that were absent, null or empty are "". Sizes are bytes,
 * -1n = not given; `sequence` -1n = not given; details, tags and extensions are JSON with sorted keys.
 *
 * An amendment is flattened to the event that counts: all but source and id says what the new event says, so that whoever
 * reads a column reads what is so; `envelope` keeps the rest of the message.
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
  /** Sorted; `reading_values` in the same order. */
  readonly reading_names: readonly string[];
  readonly reading_values: readonly bigint[];
  /** "cumulative" or "delta"; "" = not of a counter. */
  readonly counter: string;
  readonly epoch: string;
  /** 0 = an event of its own; else it replaces (original_source, original_id), and the highest counts. */
  readonly revision: number;
  readonly original_source: string;
  readonly original_id: string;
  /** Of a revision: what its message says beyond the columns, as JSON with sorted keys; "" of an event of its own. */
  readonly envelope: string;
}

/** What most events do not have: readings and revision. */
export const plainRest: Pick<
  LifecycleEvent,
  "reading_names" | "reading_values" | "counter" | "epoch" | "revision" | "original_source" | "original_id" | "envelope"
> = {
  reading_names: [],
  reading_values: [],
  counter: "",
  epoch: "",
  revision: 0,
  original_source: "",
  original_id: "",
  envelope: "",
};

/** Of the message of an amendment what its columns, which are the new event's, do not say. Absent = not given. */
export interface AmendmentEnvelope {
  readonly account_id: string;
  readonly resource: string;
  readonly account?: string;
  readonly domain?: string;
  readonly project_id?: string;
  readonly zone?: string;
  readonly part?: string;
  readonly name?: string;
  readonly time: string;
  readonly sequence?: string;
  readonly subject?: string;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly by: string;
  readonly why: string;
}

/** An event as it goes over the wire; the exact opposite of reading one. */
export function toCloudEvent(event: LifecycleEvent): CloudEvent & Record<string, unknown> {
  if (event.revision === 0) return toPlain(event);
  const { source, id, revision, original_source, original_id, envelope } = event;
  const said = JSON.parse(envelope) as AmendmentEnvelope;
  const original = { source: original_source, id: original_id };
  const { by, why } = said;
  if (event.type === retractedType) {
    const { data, ...rest } = toPlain(event);
    return { ...rest, data: { ...data, original, revision, by, why } };
  }
  const { extensions, time, sequence, subject, ...rest } = said;
  return {
    ...extensions,
    specversion: "1.0",
    id,
    source,
    ...(sequence === undefined ? {} : { sequence }),
    type: amendedType,
    time,
    ...(subject === undefined ? {} : { subject }),
    data: { ...rest, original, revision, event: toPlain({ ...event, ...original }) },
  };
}

function toPlain(event: LifecycleEvent): CloudEvent & Record<string, unknown> {
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
      ...(event.reading_names.length === 0 ? {} : { readings: toReadings(event) }),
      ...(event.counter === "" ? {} : { counter: event.counter as NonNullable<EventData["counter"]> }),
      ...(event.epoch === "" ? {} : { epoch: event.epoch }),
    },
  };
}

function toReadings({ reading_names, reading_values }: LifecycleEvent): Record<string, string> {
  return Object.fromEntries(reading_names.map((name, index) => [name, String(reading_values[index])]));
}
