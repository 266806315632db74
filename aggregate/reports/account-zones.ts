import Type from "typebox";
import { formatInstant, instant } from "../../core/instant.ts";
import type { Settings } from "../../core/settings.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { parseTimeline, type ZoneTimeline } from "../../core/zone-timeline.ts";
import { oncePublished, readPublication } from "./publication.ts";
import { moveStart, readPublishedTo, readRanges } from "../stays.ts";

const Text = Type.String();
const selectTimelines = defineQuery(
  "aggregate/reports/account_timelines",
  Type.Object({ account_ids: Type.Array(Text) }),
  Type.Object({ account_id: Text, timeline: Text }),
);
const selectPending = defineQuery(
  "aggregate/reports/pending_moves",
  Type.Object({ account_ids: Type.Array(Text), default_zone: Text, default_since_ms: Type.Number() }),
  Type.Object({ account_id: Text, timeline: Text, since_ms: Text }),
);

/**
 * The zones of some accounts over time, as runs have fixed them; accounts no run has seen are not there. `state`: of publication, by whoever
 * has just read it.
 */
export async function readTimelines(
  { store }: { store: Store },
  account_ids: readonly string[],
  state?: string,
): Promise<Map<string, ZoneTimeline>> {
  if (account_ids.length === 0) return new Map();
  const just_read = state ?? (await readPublication({ store })).state;
  const read = async (): Promise<Map<string, ZoneTimeline | null>> => new Map();
  const known = await oncePublished({ store }, { state: just_read, name: "timelines", read });
  const others = account_ids.filter((account_id) => !known.has(account_id));
  if (others.length > 0) {
    const rows = await selectTimelines(store.read, { account_ids: others });
    const found = new Map(rows.map(({ account_id, timeline }) => [account_id, parseTimeline(timeline)]));
    for (const account_id of others) known.set(account_id, found.get(account_id) ?? null);
  }
  const timelines = account_ids.map((account_id) => [account_id, known.get(account_id) ?? null] as const);
  return new Map(timelines.filter((entry): entry is [string, ZoneTimeline] => entry[1] !== null));
}

/**
 * From when on the zone counts that accounts have now (RFC 3339); those that are not there have it since the beginning. Of a
 * change no run has seen yet it is what a run would fix now.
 */
export async function zonesCountFrom(
  { store, settings }: { store: Store; settings: Pick<Settings, "find"> },
  account_ids: readonly string[],
): Promise<Map<string, string>> {
  if (account_ids.length === 0) return new Map();
  const found = new Map<string, string>();
  for (const [account_id, timeline] of await readTimelines({ store }, account_ids)) {
    const from_ms = timeline.at(-1)?.from_ms ?? 0;
    if (from_ms > 0) found.set(account_id, formatInstant(instant(from_ms)));
  }
  const { value, changed_at } = await settings.find("usage.aggregation.timezone");
  const pending = await selectPending(store.read, {
    account_ids: [...account_ids],
    default_zone: value,
    default_since_ms: changed_at ?? 0,
  });
  if (pending.length === 0) return found;
  const known = { ranges: await readRanges(store.read, "0"), published: await readPublishedTo(store.read) };
  for (const { account_id, timeline, since_ms } of pending) {
    const from_ms = moveStart(parseTimeline(timeline), Number(since_ms), known);
    found.set(account_id, formatInstant(instant(from_ms)));
  }
  return found;
}
