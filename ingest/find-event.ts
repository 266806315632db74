import Type, { type Static } from "typebox";
import { CloudEvent, toCloudEvent } from "../core/events.ts";
import { formatInstant, instant } from "../core/instant.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { EventRow, fromRow } from "./event-line.ts";

/** An event as it was kept, where it lies in the log, and whether it counts. */
export const KeptEvent = Type.Object(
  {
    event: CloudEvent,
    position: Type.String({ description: "<partition>/<offset> in the event log" }),
    recorded_at: Type.String(),
    outcome: Type.Union([Type.Literal("accepted"), Type.Literal("duplicate"), Type.Literal("conflict")]),
  },
  { $id: "KeptEvent" },
);
export type KeptEvent = Static<typeof KeptEvent>;

const select = defineQuery(
  "ingest/event_by_id",
  Type.Object({ source: Type.String(), id: Type.String() }),
  Type.Object({ ...EventRow.properties, recorded_ms: Type.String(), outcome: KeptEvent.properties.outcome }),
);

/** All that came with one source and id; repeats the last run has not seen yet still read "accepted". */
export async function findEvent(
  { store }: { store: Store },
  name: { source: string; id: string },
): Promise<KeptEvent[]> {
  const rows = await select(store.read, name);
  return rows.map(({ recorded_ms, outcome, ...row }) => ({
    event: toCloudEvent(fromRow(row)),
    position: `${row.log_partition}/${row.log_offset}`,
    recorded_at: formatInstant(instant(Number(recorded_ms))),
    outcome,
  }));
}
