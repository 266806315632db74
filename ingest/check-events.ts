import Type from "typebox";
import type { LifecycleEvent } from "../core/events.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import type { Message } from "./check-message.ts";
import { EventRow, fromRow, lineOf } from "./event-line.ts";
import type { Ingest, Rejection } from "./ingest.ts";
import { eventName, explainConflict } from "./refusal.ts";

const selectKnown = defineQuery(
  "ingest/known_events",
  Type.Object({ sources: Type.Array(Type.String()), ids: Type.Array(Type.String()) }),
  EventRow,
);

/** What would become of a batch: every message is in exactly one of the four. */
export interface Rehearsal {
  readonly fresh: readonly LifecycleEvent[];
  readonly duplicates: number;
  /** Their ids are of events with other content, in the store or earlier in the batch. */
  readonly conflicting: readonly Rejection[];
  readonly refused: readonly Rejection[];
}

/**
 * Says what would become of messages without taking anything in: by the same check as on the way in, and by all events the
 * store holds. What a topic holds and the store does not yet is not known here.
 */
export async function checkEvents(
  { store, ingest }: { store: Store; ingest: Ingest },
  messages: readonly Message[],
): Promise<Rehearsal> {
  const check = ingest.checker();
  const valid: { index: number; event: LifecycleEvent; line: string }[] = [];
  const refused: Rejection[] = [];
  messages.forEach((message, index) => {
    const checked = check(message);
    if ("line" in checked) valid.push({ index, ...checked });
    else
      refused.push({ index, id: checked.id === "" ? null : checked.id, field: checked.field, reason: checked.reason });
  });

  const rows = await selectKnown(store.read, {
    sources: valid.map(({ event }) => event.source),
    ids: valid.map(({ event }) => event.id),
  });
  const known = new Map(rows.map((row) => [eventName(row), lineOf(fromRow(row))]));
  const fresh: LifecycleEvent[] = [];
  const conflicting: Rejection[] = [];
  let duplicates = 0;
  for (const { index, event, line } of valid) {
    const name = eventName(event);
    const earlier = known.get(name);
    if (earlier === undefined) {
      known.set(name, line);
      fresh.push(event);
    } else if (earlier === line) duplicates += 1;
    else conflicting.push({ index, id: event.id, ...explainConflict(event) });
  }
  return { fresh, duplicates, conflicting, refused };
}
