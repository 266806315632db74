import Type, { type Static } from "typebox";
import type { LifecycleEvent } from "../../core/events.ts";
import { formatMs, type InstantMs, instant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { accountMonthOf, alwaysIn, zoneAt } from "../../core/zone-timeline.ts";
import { readTimelines } from "./account-zones.ts";

const Text = Type.String();
const selectWindows = defineQuery(
  "aggregate/reports/windows_at",
  Type.Object({ account_ids: Type.Array(Text), zones: Type.Array(Text), at_ms: Type.Array(Type.Number()) }),
  Type.Object({ account_id: Text, time_zone: Text, at_ms: Text, start_ms: Text, end_ms: Text, closed: Type.Integer() }),
);

/** A published window in which something happened that no run has seen, and the billing period it is of. */
export const TouchedWindow = Type.Object(
  {
    account_id: Text,
    time_zone: Text,
    start: Text,
    end: Text,
    period: Type.String({ description: "The account's month" }),
    closed: Type.Boolean({ description: "The period is closed for the account: what changes is an adjustment" }),
  },
  { $id: "TouchedWindow", additionalProperties: false },
);
export type TouchedWindow = Static<typeof TouchedWindow>;

/**
 * The published windows in which events happen, by account and time, each once. The next run computes those anew for the
 * resources concerned, and later ones as far as what was opened stays open; a revision or an account's end reaches further.
 */
export async function touchedWindows(
  { store }: { store: Store },
  events: readonly LifecycleEvent[],
  { default_zone }: { default_zone: string },
): Promise<TouchedWindow[]> {
  const timelines = await readTimelines({ store }, [...new Set(events.map(({ account_id }) => account_id))]);
  const timelineOf = (account_id: string) => timelines.get(account_id) ?? alwaysIn(default_zone);
  const facts = events.map(({ account_id, type, occurred_at }) => {
    // A sample of a counter counts one millisecond before its instant.
    const at: InstantMs = type === "tally.counter" ? instant(occurred_at - 1) : occurred_at;
    return { account_id, zone: zoneAt(timelineOf(account_id), at), at };
  });
  if (facts.length === 0) return [];
  const rows = await selectWindows(store.read, {
    account_ids: facts.map(({ account_id }) => account_id),
    zones: facts.map(({ zone }) => zone),
    at_ms: facts.map(({ at }) => at),
  });
  const windows = new Map<string, TouchedWindow>();
  for (const { account_id, time_zone, at_ms, start_ms, end_ms, closed } of rows)
    windows.set(`${account_id}\n${time_zone}\n${start_ms}`, {
      account_id,
      time_zone,
      start: formatMs(start_ms),
      end: formatMs(end_ms),
      period: accountMonthOf(timelineOf(account_id), instant(Number(at_ms))),
      closed: closed === 1,
    });
  return [...windows.values()];
}
