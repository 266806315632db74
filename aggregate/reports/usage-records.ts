import Type, { type Static } from "typebox";
import { Dec, formatDecimal, RATING_SCALE, roundTo } from "../../core/decimal.ts";
import { assert } from "../../core/errors.ts";
import { formatMs, instant, type InstantMs } from "../../core/instant.ts";
import type { Settings } from "../../core/settings.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { alwaysIn, zoneAt } from "../../core/zone-timeline.ts";
import { readTimelines } from "./account-zones.ts";
import { readPublication, requireCovers } from "./publication.ts";
import { labelRecords, type RecordLabels } from "./label-records.ts";
import { findLateWindows, lateParams, type LateWindows, lateWithin, type UsageBasis } from "./usage-basis.ts";
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
  limit: Type.Integer(),
});
const PageParams = Type.Object({ ...Filter.properties, as_of: Text, live_seq: Text, rows: Type.Integer() });
const PageRow = Type.Object({ ...Row.properties, counts: Type.Integer(), read: Text });
const selectRecords = defineQuery("aggregate/reports/usage_records", PageParams, PageRow);
const selectBooked = defineQuery(
  "aggregate/reports/booked_records",
  Type.Object({ ...PageParams.properties, ...lateParams }),
  PageRow,
);
const selectAdjustments = defineQuery(
  "aggregate/reports/adjustments",
  Type.Object({ ...Filter.properties, ...lateParams, after_adjusted_by: Text }),
  Type.Object({ ...Row.properties, adjusted_by: Text, adjustment_id: Text, booked_ms: Text }),
);

/** What to list, how it counts, and from where on. */
interface UsagePage {
  readonly filter: UsageFilter;
  /** At the time of use unless said otherwise. */
  readonly basis?: UsageBasis;
  /** The highest run that counts. */
  readonly as_of: bigint;
  /** Of publication, by whoever has just read it. */
  readonly state?: string;
  /** A dry run whose rows count as well: usage as it is now. 0 = none. */
  readonly live_seq?: bigint;
  /** Of publication at the first page (publication.ts); left out = whatever was covered since. */
  readonly covers?: string;
  readonly after: UsageKey | null;
  readonly limit: number;
}

/**
 * A page of usage records as published by runs up to `as_of`, in the order they lie in: by account, window and resource; behind all of them
 * adjustments to closed periods, where they are billed.
 */
export async function listUsageRecords(
  { store, usageTypes, settings }: { store: Store; usageTypes: Registry; settings: Pick<Settings, "get"> },
  page: UsagePage,
): Promise<{ records: UsageRecord[]; last: UsageKey | null }> {
  const { filter, after, basis = "usage", as_of, live_seq = 0n, limit } = page;
  const state = page.state ?? (await readPublication({ store })).state;
  const late = await findLateWindows({ store }, { basis, as_of, state, live_seq, ...filter });
  const rows = after === null || after.adjusted_by === "0" ? await readRecords(store, page, late) : [];
  if (late !== null && rows.length < limit)
    rows.push(...(await readAdjustments(store, page, late, limit - rows.length)));
  if (late !== null && page.covers !== undefined) await requireCovers({ store }, page.covers);
  const [zoneOf, labels] = await Promise.all([
    zonesOf({ store, settings }, { rows, state }),
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
 * them are read. Rows of a record lie together, so that all are whole but the last one of those read.
 */
async function readRecords(store: Store, page: UsagePage, late: LateWindows | null): Promise<BookedRow[]> {
  const { filter, as_of, live_seq = 0n, limit } = page;
  const asked = { ...paramsOf(page, limit), as_of: as_of.toString(), live_seq: live_seq.toString() };
  // Without adjustments both bases say the same, and this is the fast way to it.
  const adjusted = late === null ? null : lateWithin(late, filter);
  for (let rows = limit + Math.ceil(limit / 8) + 100; ; rows *= 4) {
    const read = { ...asked, rows, limit: limit + 1 };
    const found =
      adjusted === null
        ? await selectRecords(store.read, read)
        : await selectBooked(store.read, { ...read, ...adjusted });
    const there = found.filter(({ counts }) => counts === 1);
    if (there.length > limit || Number(found[0]?.read ?? 0) < rows)
      return there.slice(0, limit).map((row) => ({ ...row, ...unadjusted }));
  }
}

async function readAdjustments(store: Store, page: UsagePage, late: LateWindows, limit: number): Promise<BookedRow[]> {
  const { after } = page;
  const isFirst = after === null || after.adjusted_by === "0";
  const asked = paramsOf(isFirst ? { ...page, after: null } : page, limit);
  return selectAdjustments(store.read, { ...asked, ...late, after_adjusted_by: after?.adjusted_by ?? "0" });
}

function paramsOf({ filter, after }: UsagePage, limit: number): Static<typeof Filter> {
  return {
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
    limit,
  };
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

type BookedRow = Static<typeof Row> & typeof unadjusted;
const unadjusted = { adjusted_by: "0", adjustment_id: "", booked_ms: "0" };

function pickKey(row: BookedRow): UsageKey {
  const { account_id, start_ms, usage_type, resource, part, shape_id: shape, adjusted_by } = row;
  return { account_id, start_ms, usage_type, resource, part, shape, adjusted_by };
}

type ZoneOf = (row: Pick<Static<typeof Row>, "account_id" | "start_ms">) => string;

/** The zone each window was cut in: the account's at the window's start. */
async function zonesOf(
  { store, settings }: { store: Store; settings: Pick<Settings, "get"> },
  { rows, state }: { rows: readonly Static<typeof Row>[]; state: string },
): Promise<ZoneOf> {
  const account_ids = [...new Set(rows.map(({ account_id }) => account_id))];
  const timelines = await readTimelines({ store }, account_ids, state);
  // Runs have seen all that has usage, but in a dry one.
  const isKnown = account_ids.every((account_id) => timelines.has(account_id));
  const unseen = isKnown ? [] : alwaysIn(await settings.get("usage.aggregation.timezone"));
  return ({ account_id, start_ms }) => zoneAt(timelines.get(account_id) ?? unseen, instant(Number(start_ms)));
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
