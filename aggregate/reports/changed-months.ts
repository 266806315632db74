import Type from "typebox";
import { monthOf } from "../../core/calendar.ts";
import { type InstantMs, instant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { accountMonthOf, parseTimeline, zoneAt, type ZoneTimeline } from "../../core/zone-timeline.ts";
import { selectTimelines } from "../run-sql.ts";

const selectDays = defineQuery(
  "aggregate/reports/changed_days",
  Type.Object({}),
  Type.Object({ time_zone: Type.String(), first_ms: Type.String(), last_ms: Type.String(), run_seq: Type.String() }),
);

/** Months with published windows, oldest first, each with the number of the latest run that wrote any of them. */
export async function changedMonths({ store }: { store: Store }): Promise<{ month: string; run_seq: bigint }[]> {
  const latest = new Map<string, bigint>();
  const moved = (await selectTimelines(store.read, { run_seq: "0", default_zone: "" }))
    .map(({ timeline }) => parseTimeline(timeline))
    .filter(({ length }) => length > 1);
  for (const { time_zone, first_ms, last_ms, run_seq } of await selectDays(store.read, {})) {
    for (const month of [first_ms, last_ms].flatMap((ms) => monthsOf(time_zone, instant(Number(ms)), moved))) {
      const known = latest.get(month) ?? 0n;
      if (BigInt(run_seq) > known) latest.set(month, BigInt(run_seq));
    }
  }
  return [...latest].map(([month, run_seq]) => ({ month, run_seq })).toSorted((a, b) => (a.month < b.month ? -1 : 1));
}

/** The month a zone's calendar shows, and those of accounts that moved to it: their month began in another zone. */
function monthsOf(zone: string, at: InstantMs, moved: readonly ZoneTimeline[]): string[] {
  const here = moved.filter((timeline) => zoneAt(timeline, at) === zone);
  return [monthOf({ zone, at }), ...here.map((timeline) => accountMonthOf(timeline, at))];
}
