import Type, { type Static } from "typebox";
import {
  type Grouping,
  groupings,
  listUsageRecords,
  readCompleteness,
  summarizeUsage,
  UsageBasis,
  type UsageFilter,
  UsageKey,
  UsageRecord,
  UsageSum,
  withResourceNames,
} from "../../aggregate/index.ts";
import { isTimeZone } from "../../core/calendar.ts";
import { AppError } from "../../core/errors.ts";
import type { Caller } from "../access/caller.ts";
import { scopeOf, withinScope } from "../access/scope.ts";
import type { Api } from "../api.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { answer } from "../openapi.ts";
import { limitDefault, pageQuery, readRange, Texts } from "../paging.ts";
import { columnsOf, type ReportColumn } from "../reports/report-columns.ts";
import { everyPageOf, FILE_MS, REPORT_PAGE, reportContents, reportForm, sendReport } from "../reports/send-report.ts";
import type { System } from "../system.ts";

const Instant = Type.String({ maxLength: 64, description: "RFC 3339 with an offset or Z" });
const filters = {
  from: Instant,
  to: Instant,
  account_id: Type.Optional(Texts),
  usage_type: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }), { maxItems: 1000 })),
  resource: Type.Optional(Texts),
  live: Type.Optional(
    Type.Boolean({ description: "Also what no run has published yet: the open windows up to now, marked provisional" }),
  ),
  basis: Type.Optional(
    Type.Union(UsageBasis.anyOf, {
      description:
        "billing (unless said otherwise): adjustments to closed periods count where they are booked, and those periods stay as they were; usage: all at the time of use",
    }),
  ),
  clip: Type.Optional(
    Type.Boolean({
      description:
        "Cut usage at from and to, on slices and never pro rata, instead of taking windows by their start; adjustments count whole where they are booked",
    }),
  ),
};
const RecordQuery = Type.Object({ ...filters, ...pageQuery }, { additionalProperties: false });
const SummaryQuery = Type.Object(
  {
    ...filters,
    group_by: Type.Optional(
      Type.Array(Type.String({ description: `${groupings.join(", ")} or tag:<key>; a comma list, or repeated` })),
    ),
    time_zone: Type.Optional(
      Type.String({
        description: "Zone of days and months; the setting usage.aggregation.timezone unless said otherwise",
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: "1000 unless said otherwise" })),
  },
  { additionalProperties: false },
);

const completeness = {
  complete_to: Type.Union([Type.String(), Type.Null()], {
    description: "All windows that end by then are in the answer",
  }),
  bound: Type.Record(Type.String(), Type.String(), { description: "How much of the event log the run has seen" }),
  run_id: Type.Union([Type.String(), Type.Null()]),
  provisional: Type.Boolean({ description: "Whether usage is in it that no run has published" }),
};
const RecordPage = Type.Object(
  { data: Type.Array(UsageRecord), next_cursor: Type.Union([Type.String(), Type.Null()]), ...completeness },
  { $id: "UsageRecordPage", additionalProperties: false },
);
const Summary = Type.Object(
  {
    data: Type.Array(UsageSum),
    truncated: Type.Boolean({ description: "Whether there are more groups than the limit" }),
    ...completeness,
  },
  { $id: "UsageSummary", additionalProperties: false },
);
export type Summary = Static<typeof Summary>;

/** Groups of a summary as a file. */
const groupsMax = 1_000_000;
const recordColumns = columnsOf(UsageRecord, {
  window_start: "time",
  window_end: "time",
  size: "whole",
  virtual_size: "whole",
  quantity: "whole",
  display_quantity: "decimal",
  booked_at: "time",
});
const { group: _group, name: _name, ...sumProperties } = UsageSum.properties;
const sumColumns = columnsOf(Type.Object(sumProperties), { quantity: "whole", display_quantity: "decimal" });
const summaryColumns = (groups: readonly string[]): ReportColumn[] => [
  ...groups.map((name) => ({
    name,
    path: ["group", name],
    type: name === "usage_type" ? ("Int64" as const) : ("String" as const),
  })),
  ...sumColumns,
];

/** Where a page ends, and the state of publication that all its pages show. */
const Place = Type.Object({
  as_of: Type.String({ pattern: "^\\d{1,19}$" }),
  live_seq: Type.String({ pattern: "^\\d{1,19}$" }),
  covers: Type.String({ pattern: "^\\d{1,20}$" }),
  completeness: Type.Object(completeness),
  after: UsageKey,
});

/** What was used. */
export function usageRoutes(app: Api, system: System): void {
  const seenOf = async (caller: Caller, filter: UsageFilter): Promise<UsageFilter> => ({
    ...filter,
    account_ids: withinScope(await scopeOf(system, caller), filter.account_ids) ?? [],
  });

  app.get(
    "/v1/usage-records",
    {
      handlerTimeout: FILE_MS,
      schema: {
        operationId: "listUsageRecords",
        summary: "Usage records whose window starts in [from, to), or what of them lies in it",
        tags: ["usage"],
        querystring: RecordQuery,
        response: answer({
          status: 200,
          description:
            "A page by account, window and resource, adjustments behind all records, and how complete it is; a run that publishes meanwhile does not change the pages that follow",
          schema: RecordPage,
          problems: ["not-found", "conflict", "run-in-progress", "not-acceptable"],
          also: reportContents,
        }),
      },
    },
    async (request, reply) => {
      const { query } = request;
      const form = reportForm(request);
      const asked = readFilter(query);
      const filter = await seenOf(request.caller, asked);
      const { basis = "billing", live = false, clip = false } = query;
      const question = { list: "usage-records by account, window and resource", basis, live, clip, ...asked };
      const place = query.cursor === undefined ? null : readCursor(query.cursor, question, Place);
      const state = place ?? (await latestState(system, live));
      const limit = form === null ? (query.limit ?? limitDefault) : REPORT_PAGE;
      const pageOf = {
        filter,
        basis,
        clip,
        as_of: BigInt(state.as_of),
        // A file is read for longer than it stands.
        ...("published" in state && form === null ? { state: state.published } : {}),
        live_seq: BigInt(state.live_seq),
        // Of one page alone it does not matter.
        covers: place !== null || form !== null ? state.covers : undefined,
        limit,
      };
      const readPage = async (after: UsageKey | null) => {
        const page = await listUsageRecords(system, { ...pageOf, after });
        // Asked behind it: rows of a dry run may be cleared at any time.
        if (live) await system.live.requireKept(state.completeness.run_id ?? "");
        return page;
      };
      if (form !== null) {
        const pages = everyPageOf(async (after: UsageKey | undefined) => {
          const { records: rows, last } = await readPage(after ?? null);
          return { rows, next: rows.length < limit ? null : last };
        });
        return sendReport(system, { reply, form, name: "usage-records", columns: recordColumns, pages });
      }
      const { records, last } = await readPage(place?.after ?? null);
      const { as_of, live_seq, covers, completeness: told } = state;
      const pinned = { as_of, live_seq, covers, completeness: told, after: last };
      return { data: records, next_cursor: records.length < limit ? null : writeCursor(question, pinned), ...told };
    },
  );

  app.get(
    "/v1/usage-summary",
    {
      handlerTimeout: FILE_MS,
      schema: {
        operationId: "summarizeUsage",
        summary: "Usage in [from, to) summed by usage type and whatever else is asked for",
        tags: ["usage"],
        querystring: SummaryQuery,
        response: answer({
          status: 200,
          description: "The sums, and how complete they are",
          schema: Summary,
          problems: ["not-found", "conflict", "run-in-progress", "not-acceptable"],
          also: reportContents,
        }),
      },
    },
    async (request, reply) => {
      const { query } = request;
      const form = reportForm(request);
      const filter = await seenOf(request.caller, readFilter(query));
      const { group_by, tag_key } = readGroupings(query.group_by ?? []);
      const [time_zone, state] = await Promise.all([
        query.time_zone ?? system.settings.get("usage.aggregation.timezone"),
        latestState(system, query.live ?? false),
      ]);
      if (!isTimeZone(time_zone))
        throw refuse("time_zone", time_zone, "a zone of the tz database, such as Europe/Amsterdam");
      const limit = form === null ? (query.limit ?? 1000) : groupsMax;
      const asked = {
        filter,
        basis: query.basis ?? ("billing" as const),
        as_of: BigInt(state.as_of),
        state: state.published,
        live_seq: BigInt(state.live_seq),
        group_by,
        tag_key,
        time_zone,
        clip: query.clip ?? false,
        limit: limit + 1,
      };
      const sums = await summarizeUsage(system, asked);
      if (query.live === true) await system.live.requireKept(state.completeness.run_id ?? "");
      if (form !== null) {
        if (sums.length > limit)
          throw refuse("group_by", group_by.join(","), `groups of which there are ${limit} at most in the range`);
        const columns = summaryColumns([
          ...new Set(["usage_type", ...group_by, ...(tag_key === null ? [] : [`tag:${tag_key}`])]),
        ]);
        const pages = everyPageOf(async () => ({ rows: sums, next: null }));
        return sendReport(system, { reply, form, name: "usage-summary", columns, pages });
      }
      const data = sums.slice(0, limit);
      const named = group_by.includes("resource");
      return {
        data: named ? await withResourceNames(system, { sums: data, account_ids: filter.account_ids }) : data,
        truncated: sums.length > limit,
        ...state.completeness,
      };
    },
  );
}

/** What counts: published runs, and with `live` a dry run on top of them, by whose figures the answer is then provisional. */
async function latestState(system: System, live: boolean) {
  const now = live ? await system.live.read() : null;
  const { as_of, state: published, covers, completeness } = await readCompleteness(system);
  const state = { as_of: as_of.toString(), published, live_seq: "0", covers, completeness };
  if (now === null) return state;
  const { run, live_to } = now;
  const provisional = { complete_to: live_to, bound: run.bound, run_id: run.id, provisional: true };
  return { ...state, live_seq: run.seq.toString(), completeness: provisional };
}

function readFilter(query: {
  from: string;
  to: string;
  account_id?: string[];
  usage_type?: number[];
  resource?: string[];
}): UsageFilter {
  const { account_id = [], usage_type = [], resource = [] } = query;
  return {
    ...readRange(query),
    account_ids: account_id.toSorted(),
    usage_types: usage_type.toSorted((a, b) => a - b),
    resources: resource.toSorted(),
  };
}

function readGroupings(given: readonly string[]): { group_by: Grouping[]; tag_key: string | null } {
  const names = [...new Set(given.flatMap((list) => list.split(",")).map((name) => name.trim()))].filter(
    (name) => name !== "",
  );
  const tags = names.filter((name) => name.startsWith("tag:") && name.length > 4);
  const group_by = groupings.filter((grouping) => names.includes(grouping));
  const stranger = names.find((name) => !tags.includes(name) && !group_by.some((grouping) => grouping === name));
  if (stranger !== undefined) throw refuse("group_by", stranger, `any of ${groupings.join(", ")} and tag:<key>`);
  if (tags.length > 1) throw refuse("group_by", tags.join(","), "one tag at most");
  return { group_by, tag_key: tags[0]?.slice(4) ?? null };
}

function refuse(field: string, value: string, expected: string): AppError {
  return new AppError("invalid-request", `${field} is ${JSON.stringify(value.slice(0, 200))}, expected ${expected}`, {
    field,
  });
}
