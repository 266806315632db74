import Type, { type Static } from "typebox";
import { Dec, formatDecimal, RATING_SCALE, roundTo } from "../../core/decimal.ts";
import { assert } from "../../core/errors.ts";
import { formatMs, instant, type InstantMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { alwaysIn, zoneAt } from "../../core/zone-timeline.ts";
import { readTimelines } from "./account-zones.ts";
import { labelRecords, type RecordLabels } from "./label-records.ts";
import { findLateWindows, lateParams, type LateWindows, type UsageBasis } from "./usage-basis.ts";
import type { Registry } from "../../core/registry.ts";
import type { UsageType } from "../../core/usage-type.ts";

const Text = Type.String();
const Label = Type.Union([Type.String(), Type.Null()]);

/** What one account used of one resource in one shape in one window (P6); quantities are whole base units as decimal strings. */
export const UsageRecord = Type.Object(
  {
    id: Type.String({
      description: "Deterministic: a hash of the record's key; ua_… of an adjustment: of that and its run",
    }),
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
    adjusts: Type.Union([Type.String(), Type.Null()], {
      description:
        "Of an adjustment: the usage record of a closed period that it corrects; quantity and slices are differences",
    }),
    booked_at: Type.Union([Type.String(), Type.Null()], {
      description: "Of an adjustment: when it counts, the start of the period that bills it",
    }),
  },
  { $id: "UsageRecord", additionalProperties: false },
);
export type UsageRecord = Static<typeof UsageRecord>;

/** What to list: from ≤ window start < to (of an adjustment: where it is booked); empty lists mean all. */
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
  /** The run of an adjustment; "0" = a record of its own period. */
  readonly adjusted_by: string;
}

const Row = Type.Object({
  record_id: Text,
  account_id: Text,
  usage_type: Type.Integer(),
  resource: Text,
  part: Text,
  shape_id: Text,
  start_ms: Text,
  end_ms: Text,
  quantity: Text,
  duration_ms: Text,
  slices: Text,
  first_ms: Text,
  last_ms: Text,
});

const Filter = Type.Object({
  as_of: Text,
  live_seq: Text,
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
});
const pageParams = { ...Filter.properties, upto_account: Text, upto_ms: Text, limit: Type.Integer() };
const selectReach = defineQuery(
  "aggregate/reports/usage_reach",
  Type.Object({ ...Filter.properties, ...lateParams, rows: Type.Integer() }),
  Type.Object({ upto_account: Text, upto_ms: Text }),
);
const select = defineQuery("aggregate/reports/usage_records", Type.Object(pageParams), Row);
const selectBooked = defineQuery(
  "aggregate/reports/booked_records",
  Type.Object({ ...pageParams, ...lateParams, after_adjusted_by: Text }),
  Type.Object({ ...Row.properties, adjusted_by: Text, adjustment_id: Text, booked_ms: Text }),
);

/**
 * A page of usage records as published by runs up to `as_of`, in the order of their keys; at the time of use (`basis` usage)
 * unless said otherwise.
 */
export async function listUsageRecords(
  { store, usageTypes }: { store: Store; usageTypes: Registry },
  page: {
    filter: UsageFilter;
    basis?: UsageBasis;
    as_of: bigint;
    /** A dry run whose rows count as well: usage as it is now. 0 = none. */
    live_seq?: bigint;
    after: UsageKey | null;
    default_zone: string;
    limit: number;
  },
): Promise<{ records: UsageRecord[]; last: UsageKey | null }> {
  const { filter, after, basis = "usage", as_of, live_seq = 0n } = page;
  const asked = {
    as_of: as_of.toString(),
    live_seq: live_seq.toString(),
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
  };
  // Without adjustments both bases say the same, and this is the fast way to it.
  const late = await findLateWindows({ store }, { basis, as_of, live_seq, from: filter.from, to: filter.to });
  const rows = await readPage(store, {
    asked,
    late,
    after_adjusted_by: after?.adjusted_by ?? "0",
    limit: page.limit,
  });
  const [zoneOf, labels] = await Promise.all([
    zonesOf({ store }, { rows, default_zone: page.default_zone }),
    labelRecords({ store }, rows),
  ]);
  const last = rows.at(-1);
  return {
    records: rows.map((row) =>
      toRecord(row, { type: typeOf(usageTypes, row.usage_type), time_zone: zoneOf(row), labels }),
    ),
    last: last === undefined ? null : pickKey(last),
  };
}

/**
 * So many records, of no more rows than they need: most records are one row, and where rows that take back others leave too few, more of
 * them are read.
 */
async function readPage(
  store: Store,
  page: {
    asked: Static<typeof Filter>;
    late: LateWindows | null;
    after_adjusted_by: string;
    limit: number;
  },
): Promise<BookedRow[]> {
  const { asked, late, after_adjusted_by, limit } = page;
  for (let rows = limit + Math.ceil(limit / 8) + 100; ; rows *= 4) {
    const [reach] = await selectReach(store.read, { ...asked, ...(late ?? noLate), rows });
    const { upto_account, upto_ms } = reach ?? { upto_account: "", upto_ms: "0" };
    const within = { ...asked, upto_account, upto_ms, limit };
    const found =
      late === null
        ? (await select(store.read, within)).map((row) => ({ ...row, ...unadjusted }))
        : await selectBooked(store.read, { ...within, ...late, after_adjusted_by });
    if (reach === undefined || found.length === limit) return found;
  }
}

/** A quantity of base units in the display unit of its usage type, at most 9 decimals, half away from zero. */
export function displayQuantity(quantity: string, { display_divisor }: Pick<UsageType, "display_divisor">): string {
  return formatDecimal(roundTo(new Dec(quantity).div(display_divisor), RATING_SCALE));
}

/** The usage type of a record. The registry only grows, so there always is one: without it nothing would say what its quantity counts. */
export function typeOf(usageTypes: Registry, usage_type: number): UsageType {
  const type = usageTypes.find(usage_type);
  assert(type !== null, `usage type ${usage_type} of a usage record is in the registry`);
  return type;
}

const noLate = { late_runs: [], late_starts: [] };

type BookedRow = Static<typeof Row> & typeof unadjusted;
const unadjusted = { adjusted_by: "0", adjustment_id: "", booked_ms: "0" };

function pickKey(row: BookedRow): UsageKey {
  const { account_id, start_ms, usage_type, resource, part, shape_id: shape, adjusted_by } = row;
  return { account_id, start_ms, usage_type, resource, part, shape, adjusted_by };
}

type ZoneOf = (row: Pick<Static<typeof Row>, "account_id" | "start_ms">) => string;

/** The zone each window was cut in: the account's at the window's start. */
async function zonesOf(
  { store }: { store: Store },
  { rows, default_zone }: { rows: readonly Static<typeof Row>[]; default_zone: string },
): Promise<ZoneOf> {
  const timelines = await readTimelines({ store }, [...new Set(rows.map(({ account_id }) => account_id))]);
  return ({ account_id, start_ms }) =>
    zoneAt(timelines.get(account_id) ?? alwaysIn(default_zone), instant(Number(start_ms)));
}

function toRecord(
  row: BookedRow,
  { type, time_zone, labels }: { type: UsageType; time_zone: string; labels: RecordLabels },
): UsageRecord {
  const shape = labels.shape(row.shape_id);
  const label = (value: string): string | null => (value === "" ? null : value);
  const size = (value: string): string | null => (value.startsWith("-") ? null : value);
  const adjusts = row.adjusted_by === "0" ? null : `ur_${row.record_id}`;
  return {
    id: adjusts === null ? `ur_${row.record_id}` : `ua_${row.adjustment_id}`,
    account_id: row.account_id,
    account: label(labels.account(row.account_id)),
    usage_type: row.usage_type,
    usage_type_name: type.name,
    resource: row.resource,
    part: row.part,
    name: label(labels.name(row)),
    project_id: label(shape.project_id),
    zone: label(shape.zone),
    offering: label(shape.offering),
    template: label(shape.template),
    resource_type: label(shape.resource_type),
    vm: label(shape.vm),
    size: size(shape.size),
    virtual_size: size(shape.virtual_size),
    details: JSON.parse(shape.details) as Record<string, string>,
    tags: JSON.parse(shape.tags) as Record<string, string>,
    window: { start: formatMs(row.start_ms), end: formatMs(row.end_ms), time_zone },
    quantity: row.quantity,
    unit: type.unit,
    display_quantity: displayQuantity(row.quantity, type),
    display_unit: type.display_unit,
    slices: Number(row.slices),
    adjusts,
    booked_at: adjusts === null ? null : formatMs(row.booked_ms),
  };
}
