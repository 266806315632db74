import Type, { type Static } from "typebox";

/**
 * How use is measured. Over time: `duration` = ms between open and close; `capacity` = duration × size in bytes; `gauge` = a
 * reading × the ms it holds. At points: `sum` of a reading; `counter` = growth of a cumulative reading; `count` of events.
 * Per window: `max` and `latest` of a reading; `unique` = number of distinct values of a detail.
 */
const Measure = Type.Union([
  Type.Literal("duration"),
  Type.Literal("capacity"),
  Type.Literal("sum"),
  Type.Literal("counter"),
  Type.Literal("gauge"),
  Type.Literal("count"),
  Type.Literal("max"),
  Type.Literal("unique"),
  Type.Literal("latest"),
]);
export type Measure = Static<typeof Measure>;

/**
 * What a forecast takes for granted of use of a measure: `runs-on`, what is open stays open as it is; `at-pace`, what is reported goes on at
 * its average pace; `as-it-is`, what a window keeps one reading of stays as it is.
 */
export type Outlook = "runs-on" | "at-pace" | "as-it-is";

/** The outlook of a measure. A gauge is at pace: how long its last reading would hold is a matter of when the next one is due. */
export function outlookOf(measure: Measure): Outlook {
  if (measure === "duration" || measure === "capacity") return "runs-on";
  return measure === "max" || measure === "unique" || measure === "latest" ? "as-it-is" : "at-pace";
}

/** Attributes that may tell one usage record from another. */
const ShapeAttribute = Type.Union([
  Type.Literal("project_id"),
  Type.Literal("zone"),
  Type.Literal("offering"),
  Type.Literal("template"),
  Type.Literal("resource_type"),
  Type.Literal("vm"),
  Type.Literal("size"),
  Type.Literal("virtual_size"),
  Type.Literal("details"),
  Type.Literal("tags"),
]);

/** See core/event-types.ts. */
const EventEffect = Type.Union([
  Type.Literal("open"),
  Type.Literal("close"),
  Type.Literal("change"),
  Type.Literal("report"),
]);

const Text = Type.String({ maxLength: 256 });
const EventTypes = Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 256 });

/** What of a usage type may be left out when one is added. */
const defaults = {
  description: Type.String({ maxLength: 1024 }),
  reading: Type.String({
    maxLength: 256,
    description:
      "Name in data.readings that is measured, for unique the key of data.details; empty where nothing is read",
  }),
  shape_by: Type.Array(ShapeAttribute, {
    description: "Attributes that make records of their own; empty = all",
  }),
  parts: Type.Boolean({ description: "Whether a close that names no part closes all parts of the resource" }),
  max_gap_ms: Type.Integer({
    minimum: 0,
    description: "How long a gauge's reading holds without a new one; 0 = until the next, however late",
  }),
  unsized: { ...EventTypes, description: "Events that open or change a capacity and may come without a size" },
};
/** From when on a usage type counts, RFC 3339; null = since the beginning. See counts-from.ts. */
const CountsFrom = Type.Union([Type.String({ maxLength: 64 }), Type.Null()], {
  description:
    "From when on it counts, RFC 3339; null = since the beginning. What is open then counts from then on, and what was read before is where counters go on from",
});
const facts = {
  usage_type: Type.Integer({ minimum: 1, maximum: 65_535 }),
  name: Text,
  measure: Measure,
  unit: Type.String({ maxLength: 64, description: "What quantities count: ms, byte_ms, bytes, requests, …" }),
  display_unit: Type.String({ maxLength: 64, description: "What people read: hours, GiB hours, GiB, requests, …" }),
  display_divisor: Type.String({ maxLength: 64, description: "Base units in one display unit, decimal text above 0" }),
  effects: Type.Record(Type.String(), EventEffect, { description: "What each event type does to it" }),
};

/** A thing that is measured of a resource: data, not code. Built-in ids 1–31 and their names are CloudStack's. */
export const UsageType = Type.Object(
  { ...facts, ...defaults, counts_from: CountsFrom },
  { additionalProperties: false },
);
export type UsageType = Static<typeof UsageType>;

/**
 * A usage type as an operator adds it; what is left out: no description, reading "", all attributes, no parts, no gap limit, nothing
 * unsized; counts from now on where usage is published, else since the beginning.
 */
export const UsageTypeInput = Type.Object(
  { ...facts, ...Type.Partial(Type.Object({ ...defaults, counts_from: CountsFrom })).properties },
  { additionalProperties: false },
);
export type UsageTypeInput = Static<typeof UsageTypeInput>;
