import Type, { type Static } from "typebox";
import { CloudEvent, toCloudEvent } from "../core/events.ts";
import { formatMs } from "../core/instant.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { EventRow, fromRow } from "./event-line.ts";

const Kind = Type.Union([Type.Literal("amended"), Type.Literal("retracted")]);
const Arrival = Type.Union([Type.Literal("accepted"), Type.Literal("duplicate"), Type.Literal("conflict")]);

/** A message that revises an event, named by its own source and id. */
const RevisedBy = Type.Object({
  source: Type.String(),
  id: Type.String(),
  revision: Type.Integer(),
  kind: Kind,
});

/** An event as it was kept, where it lies in the log, and whether it counts. */
export const KeptEvent = Type.Object(
  {
    event: CloudEvent,
    position: Type.String({ description: "<partition>/<offset> in the event log" }),
    recorded_at: Type.String(),
    outcome: Type.Union([...Arrival.anyOf, ...Kind.anyOf, Type.Literal("superseded")], {
      description:
        "accepted: it counts. amended, retracted: a revision of it counts instead. superseded: it is a revision, and another one of the same event counts",
    }),
    revised_by: Type.Array(RevisedBy, { description: "Revisions of it, the one that counts first" }),
  },
  { $id: "KeptEvent" },
);
export type KeptEvent = Static<typeof KeptEvent>;

const EventName = Type.Object({ source: Type.String(), id: Type.String() });
const select = defineQuery(
  "ingest/event_by_id",
  EventName,
  Type.Object({
    ...EventRow.properties,
    recorded_ms: Type.String(),
    outcome: Arrival,
  }),
);
const selectRevisions = defineQuery("ingest/revisions", EventName, RevisedBy);

/** All that came with one source and id; repeats the last run has not seen yet still read "accepted". */
export async function findEvent(
  { store }: { store: Store },
  name: { source: string; id: string },
): Promise<KeptEvent[]> {
  const rows = await select(store.read, name);
  if (rows.length === 0) return [];
  const revisions = await selectRevisions(store.read, name);
  return Promise.all(
    rows.map(async ({ recorded_ms, outcome, ...row }): Promise<KeptEvent> => {
      const kept = {
        event: toCloudEvent(fromRow(row)),
        position: `${row.log_partition}/${row.log_offset}`,
        recorded_at: formatMs(recorded_ms),
      };
      if (outcome !== "accepted") return { ...kept, outcome, revised_by: [] };
      const [counts] = revisions;
      if (counts !== undefined) return { ...kept, outcome: counts.kind, revised_by: revisions };
      return { ...kept, outcome: (await isSuperseded(store, row)) ? "superseded" : outcome, revised_by: [] };
    }),
  );
}

/** Whether another revision of the same event counts instead of this one. */
async function isSuperseded(store: Store, row: EventRow): Promise<boolean> {
  if (row.revision === 0) return false;
  const [counts] = await selectRevisions(store.read, { source: row.original_source, id: row.original_id });
  return counts !== undefined && (counts.source !== row.source || counts.id !== row.id);
}
