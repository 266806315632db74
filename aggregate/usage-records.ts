import Type, { type Static } from "typebox";
import { Dec, formatDecimal, RATING_SCALE, roundTo } from "../core/decimal.ts";
import { formatInstant, type InstantMs, instant } from "../core/instant.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { displayUnits, type UsageType, usageTypes } from "../core/usage-types.ts";

const Text = Type.String();
const Label = Type.Union([Type.String(), Type.Null()]);

/** What one account used of one resource in one shape in one window (P6); quantities are whole base units as decimal strings. */
export const UsageRecord = Type.Object(
  {
    id: Type.String({ description: "Deterministic: a hash of the record's key" }),
    account_id: Text,
    account: Label,
    usage_type: Type.Integer(),
    usage_type_name: Text,
    resource: Text,
    part: Text,
    name: Label,
    project_id: Label,
    zone: Label,
    offering: Label,
    template: Label,
    resource_type: Label,
    vm: Label,
    size: Label,
    virtual_size: Label,
    details: Type.Record(Text, Text),
    tags: Type.Record(Text, Text),
    window: Type.Object({ start: Text, end: Text, time_zone: Text }),
    quantity: Type.String({ description: "Base units" }),
    unit: Text,
    display_quantity: Type.String({ description: "At most 9 decimals, rounded half away from zero" }),
    display_unit: Text,
    slices: Type.Integer({ description: "Stretches of use inside the window" }),
    adjusts: Type.Null(),
  },
  { $id: "UsageRecord", additionalProperties: false },
);
export type UsageRecord = Static<typeof UsageRecord>;

/** What to list: from ≤ window start < to; empty lists mean all. */
export interface UsageFilter {
  readonly from: InstantMs;
  readonly to: InstantMs;
  readonly account_ids: readonly string[];
  readonly usage_types: readonly number[];
  readonly resources: readonly string[];
}

/** The key of the last record of a page; the next page goes on after it, in the same state of publication. */
export interface UsageKey {
  readonly account_id: string;
  readonly start_ms: string;
  readonly usage_type: number;
  readonly resource: string;
  readonly part: string;
  readonly shape: string;
}

const Row = Type.Object({
  record_id: Text,
  account_id: Text,
  account: Text,
  time_zone: Text,
  usage_type: Type.Integer(),
  resource: Text,
  part: Text,
  shape: Text,
  start_ms: Text,
  end_ms: Text,
  quantity: Text,
  duration_ms: Text,
  slices: Text,
  first_ms: Text,
  last_ms: Text,
  name: Text,
  project_id: Text,
  zone: Text,
  offering: Text,
  template: Text,
  resource_type: Text,
  vm: Text,
  size: Text,
  virtual_size: Text,
  details: Text,
  tags: Text,
});

const select = defineQuery(
  "aggregate/usage_records",
  Type.Object({
    as_of: Text,
    from_ms: Type.Integer(),
    to_ms: Type.Integer(),
    account_ids: Type.Array(Text),
    usage_types: Type.Array(Type.Integer()),
    resources: Type.Array(Text),
    after_account: Text,
    after_ms: Text,
    after_type: Type.Integer(),
    after_resource: Text,
    after_part: Text,
    after_shape: Text,
    default_zone: Text,
    limit: Type.Integer(),
  }),
  Row,
);

const types = new Map<number, UsageType>(usageTypes.map((type) => [type.usage_type, type]));

/** A page of usage records as published by runs up to `as_of`, in the order of their keys. */
export async function listUsageRecords(
  { store }: { store: Store },
  page: { filter: UsageFilter; as_of: bigint; after: UsageKey | null; default_zone: string; limit: number },
): Promise<{ records: UsageRecord[]; last: UsageKey | null }> {
  const { filter, after } = page;
  const rows = await select(store.read, {
    as_of: page.as_of.toString(),
    from_ms: filter.from,
    to_ms: filter.to,
    account_ids: [...filter.account_ids],
    usage_types: [...filter.usage_types],
    resources: [...filter.resources],
    after_account: after?.account_id ?? "",
    after_ms: after?.start_ms ?? "0",
    after_type: after?.usage_type ?? 0,
    after_resource: after?.resource ?? "",
    after_part: after?.part ?? "",
    after_shape: after?.shape ?? "0",
    default_zone: page.default_zone,
    limit: page.limit,
  });
  const last = rows.at(-1);
  return { records: rows.map(toRecord), last: last === undefined ? null : { ...pickKey(last) } };
}

/** A quantity of base units in its display unit, at most 9 decimals, half away from zero. */
export function displayQuantity(quantity: string, display_unit: UsageType["display_unit"]): string {
  return formatDecimal(roundTo(new Dec(quantity).div(displayUnits[display_unit].toString()), RATING_SCALE));
}

function pickKey({ account_id, start_ms, usage_type, resource, part, shape }: Static<typeof Row>): UsageKey {
  return { account_id, start_ms, usage_type, resource, part, shape };
}

function toRecord(row: Static<typeof Row>): UsageRecord {
  const type = types.get(row.usage_type);
  const display_unit = type?.display_unit ?? "hours";
  const label = (value: string): string | null => (value === "" ? null : value);
  const size = (value: string): string | null => (value.startsWith("-") ? null : value);
  return {
    id: `ur_${row.record_id}`,
    account_id: row.account_id,
    account: label(row.account),
    usage_type: row.usage_type,
    usage_type_name: type?.name ?? "",
    resource: row.resource,
    part: row.part,
    name: label(row.name),
    project_id: label(row.project_id),
    zone: label(row.zone),
    offering: label(row.offering),
    template: label(row.template),
    resource_type: label(row.resource_type),
    vm: label(row.vm),
    size: size(row.size),
    virtual_size: size(row.virtual_size),
    details: JSON.parse(row.details) as Record<string, string>,
    tags: JSON.parse(row.tags) as Record<string, string>,
    window: { start: time(row.start_ms), end: time(row.end_ms), time_zone: row.time_zone },
    quantity: row.quantity,
    unit: type?.unit ?? "ms",
    display_quantity: displayQuantity(row.quantity, display_unit),
    display_unit,
    slices: Number(row.slices),
    adjusts: null,
  };
}

function time(ms: string): string {
  return formatInstant(instant(Number(ms)));
}
