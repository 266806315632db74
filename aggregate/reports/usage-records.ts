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
import {
  findLateWindows,
  lateParams,
  type LateWindows,
  lateWithin,
  noLateWindows,
  reachingInto,
  type UsageBasis,
} from "./usage-basis.ts";
import { afterParams, goOnAfter, type UsageKey } from "./usage-key.ts";
import { readInOrder } from "./read-in-order.ts";
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
    quantity: Type.String({ description: "Base units; cut at the ends of the span where clip is asked for" }),
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
  slices: Text,
});

const Filter = {
  from_ms: Type.Integer(),
  to_ms: Type.Integer(),
  account_ids: Type.Array(Text),
  usage_types: Type.Array(Type.Integer()),
  resources: Type.Array(Text),
  ...afterParams,
};
const PageParams = { ...Filter, as_of: Text, live_seq: Text, rows: Type.Integer() };
const PageRow = Type.Object({ ...Row.properties, counts: Type.Integer(), read: Text });
const BookedParams = Type.Object({ ...PageParams, ...lateParams });
const selectRecords = defineQuery("aggregate/reports/usage_records", Type.Object(PageParams), PageRow);
const selectBooked = defineQuery("aggregate/reports/booked_records", BookedParams, PageRow);
const selectCut = defineQuery(
  "aggregate/reports/cut_records",
  Type.Object({ ...BookedParams.properties, since_ms: Type.Integer() }),
  PageRow,
);
const selectAdjustments = defineQuery(
  "aggregate/reports/adjustments",
  Type.Object({ ...Filter, ...lateParams, after_adjusted_by: Text, limit: Type.Integer() }),
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
  /** Whether records whose windows reach over an end of the span are cut there, instead of counting whole where they start. */
  readonly clip?: boolean;
  /** Of publication at the first page (publication.ts); left out = whatever was covered since. */
  readonly covers?: string | undefined;
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
  const { filter, after, basis = "usage", as_of, live_seq = 0n, limit, clip = false } = page;
  const state = page.state ?? (await readPublication({ store })).state;
  const span = clip ? reachingInto(filter) : filter;
  const late = await findLateWindows({ store }, { basis, as_of, state, live_seq, ...span });
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
    last: last === undefined ? null : keyOf(last),
  };
}

async function readRecords(store: Store, page: UsagePage, late: LateWindows | null): Promise<BookedRow[]> {
  const { filter, as_of, live_seq = 0n, limit } = page;
  const asked = { ...paramsOf(filter), as_of: as_of.toString(), live_seq: live_seq.toString() };
  const read = readingOf(store, page, late);
  // Most records are one row.
  const { found } = await readInOrder(
    { want: limit, rows: limit + Math.ceil(limit / 8) + 1 },
    {
      read: (rows, last) =>
        read({ ...asked, ...goOnAfter(last === null ? page.after : keyOf({ ...last, ...unadjusted })), rows }),
      counts: ({ counts }) => counts === 1,
      beforeLast: beforeLastKey,
    },
  );
  return found.map((row) => ({ ...row, ...unadjusted }));
}

/** Without those of the last key, whatever window of that start they are of. */
function beforeLastKey(rows: readonly Static<typeof PageRow>[]): Static<typeof PageRow>[] {
  const keyIn = ({ account_id, start_ms, usage_type, resource, part, shape_id }: Static<typeof PageRow>): string =>
    JSON.stringify([account_id, start_ms, usage_type, resource, part, shape_id]);
  const last = rows.at(-1);
  const from = last === undefined ? 0 : rows.findLastIndex((row) => keyIn(row) !== keyIn(last)) + 1;
  return rows.slice(0, from);
}

type Read = (asked: Static<ReturnType<typeof Type.Object<typeof PageParams>>>) => Promise<Static<typeof PageRow>[]>;

/** The statement that reads a page: without adjustments both bases say the same, and that is the fast way to it. */
function readingOf(store: Store, { filter, clip = false }: UsagePage, late: LateWindows | null): Read {
  const span = clip ? reachingInto(filter) : filter;
  const adjusted = late === null ? null : lateWithin(late, span);
  if (clip) return (asked) => selectCut(store.read, { ...asked, ...(adjusted ?? noLateWindows), since_ms: span.from });
  if (adjusted === null) return (asked) => selectRecords(store.read, asked);
  return (asked) => selectBooked(store.read, { ...asked, ...adjusted });
}

async function readAdjustments(store: Store, page: UsagePage, late: LateWindows, limit: number): Promise<BookedRow[]> {
  const { filter, after } = page;
  const isFirst = after === null || after.adjusted_by === "0";
  const asked = { ...paramsOf(filter), ...goOnAfter(isFirst ? null : after), limit };
  return selectAdjustments(store.read, { ...asked, ...late, after_adjusted_by: after?.adjusted_by ?? "0" });
}

function paramsOf({ from, to, account_ids, usage_types, resources }: UsageFilter) {
  return {
    from_ms: from,
    to_ms: to,
    account_ids: [...account_ids],
    usage_types: [...usage_types],
    resources: [...resources],
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

function keyOf({ shape_id: shape, ...row }: BookedRow): UsageKey {
  const { account_id, start_ms, end_ms, usage_type, resource, part, adjusted_by } = row;
  return { account_id, start_ms, end_ms, usage_type, resource, part, shape, adjusted_by };
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
