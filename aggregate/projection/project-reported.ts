import Type from "typebox";
import { monthBounds } from "../../core/calendar.ts";
import type { InstantMs } from "../../core/instant.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import { outlookOf } from "../../core/usage-type.ts";
import { accountMonth, parseTimeline } from "../../core/zone-timeline.ts";
import type { RunContext } from "../context.ts";
import { selectTimelines } from "../run-sql.ts";

/** The pace of what is reported is taken over an hour at least: one report of a moment ago says nothing of a month. */
const PACE_MS_MIN = 3_600_000;
/** So far back a resource's first use is looked for; what is older has its pace since the period began. */
const LOOK_BACK_MS = 31 * 86_400_000;

const Text = Type.String();
const Instants = Type.Array(Type.Number());
const reportedFrom = { run_seq: Text, now_ms: Type.Number(), usage_types: Type.Array(Type.Integer()) };
const selectReportedAfter = defineQuery(
  "aggregate/projection/reported_after",
  Type.Object(reportedFrom),
  Type.Object({ is_there: Type.Integer() }),
);
const drops = [
  defineCommand("aggregate/projection/drop_reported_records", Type.Object(reportedFrom)),
  defineCommand("aggregate/projection/drop_reported_slices", Type.Object(reportedFrom)),
];
const writeReported = defineCommand(
  "aggregate/projection/write_reported",
  Type.Object({
    ...reportedFrom,
    back_ms: Type.Number(),
    pace_ms_min: Type.Number(),
    timelines: Type.Array(Text),
    from_ms: Instants,
    to_ms: Instants,
  }),
);

/**
 * Adds to a projection what is reported as it happens (sums, counts, counters) and gauges: of each resource what it will come to
 * between `now` and its account's month end at the average pace of the month so far, in base units, rounded down. In place of readings
 * that hold beyond `now` and of events dated later. What is known to be over has no pace.
 */
export async function projectReported(
  context: RunContext,
  { now, period }: { now: InstantMs; period: string },
): Promise<void> {
  const { deps, run_seq, default_zone } = context;
  const lane = deps.store.run;
  const usage_types = deps.usageTypes
    .list()
    .filter(({ measure }) => outlookOf(measure) === "at-pace")
    .map(({ usage_type }) => usage_type);
  const expected = { run_seq, now_ms: now, usage_types };
  if ((await selectReportedAfter(lane, expected)).length > 0) for (const drop of drops) await drop(lane, expected);
  const months = (await selectTimelines(lane, { run_seq, default_zone })).map(({ timeline }) => ({
    timeline,
    ...accountMonth(parseTimeline(timeline), period),
  }));
  await writeReported(lane, {
    ...expected,
    back_ms: monthBounds({ zone: "UTC", month: period }).start - LOOK_BACK_MS,
    pace_ms_min: PACE_MS_MIN,
    timelines: months.map(({ timeline }) => timeline),
    from_ms: months.map(({ start }) => start),
    to_ms: months.map(({ end }) => end),
  });
}
