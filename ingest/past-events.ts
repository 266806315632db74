import { randomUUID } from "node:crypto";
import Type from "typebox";
import { insertLines } from "../core/insert-lines.ts";
import { defineCommand, defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { messageColumns } from "./event-line.ts";
import type { Acquaintance } from "./recent-ids.ts";

const Batch = Type.Object({ batch: Type.String() });
const selectKnown = defineQuery(
  "ingest/past_events",
  Batch,
  Type.Object({ place: Type.String(), known: Type.Union([Type.Literal("duplicate"), Type.Literal("conflict")]) }),
);
const forgetBatch = defineCommand("ingest/forget_past_batch", Batch);

/** What is known of events that are too old to be taken, by their lines, one answer each. */
export type PastEvents = (lines: readonly string[]) => Promise<Acquaintance[]>;

/**
 * Holds events against all ids that runs have ever accepted, which outlive the events: the repeat of an archived event is a
 * duplicate (P3). The store compares, by the same hash of the content as runs do. What no run has read yet is not known here.
 */
export function createPastEvents({ store }: { store: Store }): PastEvents {
  return async (lines) => {
    const batch = randomUUID();
    const rows = lines.map((line, place) => `${batch}\t${place}\t${line}\n`);
    try {
      await insertLines(
        store.write,
        { table: "past_event", columns: ["log_id", "log_offset", ...messageColumns] },
        rows.join(""),
      );
      const known = new Map((await selectKnown(store.read, { batch })).map((row) => [Number(row.place), row.known]));
      return lines.map((_line, place) => known.get(place) ?? "new");
    } finally {
      await forgetBatch(store.write, { batch });
    }
  };
}
