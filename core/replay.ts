import type { ClickHouseClient } from "@clickhouse/client";
import Type, { type Static } from "typebox";
import type { CloudEvent, EventData } from "./events.ts";
import { formatInstant, type InstantMs, instant } from "./instant.ts";
import { defineQuery } from "./sql.ts";

/** One row of a trace: a machine that ran once. Times in Unix ms UTC, memory in MiB, capacity in MHz over all cores. */
export const TraceRow = Type.Object({
  id: Type.Integer(),
  submission_time: Type.String({ pattern: "^-?\\d+$" }),
  duration: Type.String({ pattern: "^\\d+$" }),
  cpu_count: Type.Integer(),
  cpu_capacity: Type.Number(),
  mem_capacity: Type.String({ pattern: "^\\d+$" }),
});
export type TraceRow = Static<typeof TraceRow>;

/** Turns rows of a trace into lifecycle events that go the same way in as any others. */
export type TraceProfile = (rows: readonly TraceRow[]) => CloudEvent[];

/** Groups the machines of the SURF trace are spread over, as it names no owners. */
const SURF_GROUPS = 40;

/**
 * Known traces by name. `surf`: allocations of a national compute centre; a row is created and started at its submission,
 * stopped and destroyed when its duration is over. Ids come from the row, so a replay again is all duplicates.
 */
export const traceProfiles: Readonly<Record<string, TraceProfile>> = { surf: (rows) => rows.flatMap(surfEvents) };

const PAGE_ROWS = 10_000;
const selectPage = defineQuery(
  "core/trace_page",
  Type.Object({ path: Type.String(), after_id: Type.Integer(), limit: Type.Integer() }),
  TraceRow,
);

/** The rows of a Parquet trace in the order of their ids, page by page; `path` is read by the engine behind `client`. */
export async function* readTrace(
  client: ClickHouseClient,
  path: string,
  page_rows: number = PAGE_ROWS,
): AsyncGenerator<TraceRow[]> {
  let after_id = -(2 ** 31);
  for (;;) {
    const rows = await selectPage(client, { path, after_id, limit: page_rows });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after_id = last.id;
  }
}

function surfEvents(row: TraceRow): CloudEvent[] {
  const start = instant(Number(row.submission_time));
  const end = instant(start + Number(row.duration));
  const memory_mib = Number(row.mem_capacity);
  const group = `group-${String(Math.abs(row.id) % SURF_GROUPS).padStart(2, "0")}`;
  const data: EventData = {
    account_id: group,
    account: group,
    domain: "surf",
    zone: "lisa",
    resource: `surf-${row.id}`,
    offering: `c${row.cpu_count}m${Math.round(memory_mib / 1000)}`,
    template: "linux",
    details: { cpuNumber: String(row.cpu_count), memory: row.mem_capacity },
  };
  const event = (step: string, type: string, at: InstantMs): CloudEvent => ({
    specversion: "1.0",
    id: `${row.id}/${step}`,
    source: "surf",
    type,
    time: formatInstant(at),
    subject: `vm/${data.resource}`,
    data,
  });
  return [
    event("create", "VM.CREATE", start),
    event("start", "VM.START", start),
    event("stop", "VM.STOP", end),
    event("destroy", "VM.DESTROY", end),
  ];
}
