import Type, { type Static } from "typebox";
import { localDay, monthBounds, monthOf, nextMonth, windowEdges } from "../../core/calendar.ts";
import { type InstantMs, instant } from "../../core/instant.ts";
import type { Registry } from "../../core/registry.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { displayQuantity, typeOf, type UsageFilter } from "./usage-records.ts";
import {
  findLateWindows,
  lateParams,
  noLateWindows,
  reachingInto,
  type UsageBasis,
  WINDOW_MS_MAX,
} from "./usage-basis.ts";

const Text = Type.String();

/** What usage can be summed by, besides `tag:<key>`; the usage type is always told apart, since units differ. */
export const groupings = ["account", "usage_type", "zone", "offering", "resource", "day", "month"] as const;
export type Grouping = (typeof groupings)[number];

/** The sum of all usage of one type in one group. */
export const UsageSum = Type.Object(
  {
    group: Type.Record(Text, Type.Union([Text, Type.Integer()])),
    name: Type.Optional(
      Type.Union([Text, Type.Null()], { description: "What the resource was called last; where it is grouped by" }),
    ),
    quantity: Type.String({ description: "Base units" }),
    unit: Text,
    display_quantity: Text,
    display_unit: Text,
    records: Type.Integer({
      description: "Usage records whose window starts in the group; of adjustments, how many records they add",
    }),
  },
  { $id: "UsageSum", additionalProperties: false },
);
export type UsageSum = Static<typeof UsageSum>;

export interface SummaryRequest {
  readonly filter: UsageFilter;
  /** At the time of use unless said otherwise. */
  readonly basis?: UsageBasis;
  readonly as_of: bigint;
  /** Of publication, by whoever has just read it. */
  readonly state?: string;
  /** A dry run whose rows count as well: usage as it is now. 0 = none. */
  readonly live_seq?: bigint;
  readonly group_by: readonly Grouping[];
  readonly tag_key: string | null;
  /** Zone of days and months. */
  readonly time_zone: string;
  /** Cuts usage at both ends instead of taking windows by their start. */
  readonly clip: boolean;
  readonly limit: number;
}

const Params = Type.Object({
  as_of: Text,
  live_seq: Text,
  from_ms: Type.Integer(),
  to_ms: Type.Integer(),
  edges: Type.Array(Type.Number()),
  labels: Type.Array(Text),
  account_ids: Type.Array(Text),
  usage_types: Type.Array(Type.Integer()),
  resources: Type.Array(Text),
  group_by: Type.Array(Text),
  tag_key: Text,
  limit: Type.Integer(),
});
const Row = Type.Object({
  usage_type: Type.Integer(),
  bucket: Text,
  account_id: Text,
  zone: Text,
  offering: Text,
  resource: Text,
  tag: Text,
  quantity: Text,
  duration_ms: Text,
  records: Text,
});
const WholeRow = Type.Object({ ...Row.properties, is_cut: Type.Integer() });
const select = defineQuery("aggregate/reports/usage_summary", Params, WholeRow);
const selectBooked = defineQuery(
  "aggregate/reports/booked_summary",
  Type.Object({ ...Params.properties, ...lateParams }),
  WholeRow,
);
const selectCut = defineQuery(
  "aggregate/reports/cut_summary",
  Type.Object({ ...Params.properties, ...lateParams, since_ms: Type.Integer(), clip: Type.Integer() }),
  Row,
);

/** Usage as published, summed; days and months that fall inside windows are answered from slices. */
export async function summarizeUsage(
  { store, usageTypes }: { store: Store; usageTypes: Registry },
  request: SummaryRequest,
): Promise<UsageSum[]> {
  const { filter, as_of, live_seq = 0n, group_by, tag_key } = request;
  const { edges, labels } = bucketsOf(request);
  const asked = {
    as_of: as_of.toString(),
    live_seq: live_seq.toString(),
    from_ms: filter.from,
    to_ms: filter.to,
    edges,
    labels,
    account_ids: [...filter.account_ids],
    usage_types: [...filter.usage_types],
    resources: [...filter.resources],
    group_by: [...group_by, ...(tag_key === null ? [] : ["tag"])],
    tag_key: tag_key ?? "",
    limit: request.limit,
  };
  const rows = await sumUsage(store, request, asked);
  const names = [...group_by, ...(tag_key === null ? [] : [`tag:${tag_key}`])];
  return rows.map((row) => {
    const type = typeOf(usageTypes, row.usage_type);
    const values: Record<string, string | number> = {
      account: row.account_id,
      usage_type: row.usage_type,
      zone: row.zone,
      offering: row.offering,
      resource: row.resource,
      day: row.bucket,
      month: row.bucket.slice(0, 7),
      [`tag:${tag_key ?? ""}`]: row.tag,
    };
    const group = Object.fromEntries(["usage_type", ...names].map((name) => [name, values[name] ?? ""]));
    return {
      group,
      quantity: row.quantity,
      unit: type.unit,
      display_quantity: displayQuantity(row.quantity, type),
      display_unit: type.display_unit,
      records: Number(row.records),
    };
  });
}

/** Mostly no edge cuts a window, which shows when they are summed whole; else slices say what lies on either side. */
async function sumUsage(
  store: Store,
  { filter, basis = "usage", as_of, state, live_seq = 0n, clip }: SummaryRequest,
  asked: Static<typeof Params>,
): Promise<Static<typeof Row>[]> {
  const span = reachingInto(filter);
  const late = await findLateWindows({ store }, { basis, as_of, state, live_seq, ...span });
  if (!clip) {
    const whole =
      late === null ? await select(store.read, asked) : await selectBooked(store.read, { ...asked, ...late });
    if (whole[0]?.is_cut !== 1) return whole;
  }
  return selectCut(store.read, { ...asked, ...(late ?? noLateWindows), since_ms: span.from, clip: clip ? 1 : 0 });
}

/** The edges of time usage is cut at, with a label for each bucket between them; windows may reach past `to`. */
function bucketsOf({ filter, group_by, time_zone, clip }: SummaryRequest): { edges: number[]; labels: string[] } {
  const end = clip ? filter.to : instant(filter.to + WINDOW_MS_MAX);
  const inner = group_by.includes("day")
    ? windowEdges({ zone: time_zone, range_minutes: 1440, from: filter.from, to: end })
    : group_by.includes("month")
      ? monthEdges(time_zone, filter.from, end)
      : [];
  const label = group_by.includes("day")
    ? localDay
    : group_by.includes("month")
      ? (zone: string, at: InstantMs): string => monthOf({ zone, at })
      : (): string => "";
  const edges = [...new Set([filter.from, ...inner.filter((edge) => edge > filter.from && edge < end), end])];
  return { edges, labels: edges.slice(0, -1).map((edge) => label(time_zone, edge)) };
}

function monthEdges(zone: string, from: InstantMs, to: InstantMs): InstantMs[] {
  const edges: InstantMs[] = [];
  for (let month = monthOf({ zone, at: from }); ; month = nextMonth(month)) {
    const { start } = monthBounds({ zone, month });
    if (start >= to) return edges;
    edges.push(start);
  }
}
