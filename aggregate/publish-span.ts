import { assert } from "../core/errors.ts";
import { instant } from "../core/instant.ts";
import { insertLines, timeField } from "../core/insert-lines.ts";
import { checkpointWritten, rangesFor, type RunContext, stateBefore } from "./context.ts";
import { pairIntervals } from "./pair-intervals.ts";
import { checkSpan, writeExtremes, writeRecords, writeSlices, writeState } from "./run-sql.ts";
import type { Span } from "./windows.ts";

/** A checkpoint is due when the last one is older: once a day, also with hourly windows. */
const checkpointEveryMs = 20 * 3_600_000;

/**
 * Computes the windows of a span that nobody has published yet and writes them whole: state at the start and events →
 * intervals → records and slices → the state at the end. Nothing of it is visible before the run is published.
 * `keep`: whether its end may become a checkpoint. @returns the number of records.
 */
export async function publishSpan(context: RunContext, span: Span, { keep }: { keep: boolean }): Promise<bigint> {
  const { deps, run_seq } = context;
  const lane = deps.store.run;
  const first = span.edges[0];
  const end = span.edges.at(-1);
  assert(first !== undefined && end !== undefined && first < end, "a span has windows");
  const from = await stateBefore(context, first);
  const keepState = keep && end - (await stateBefore(context, end)) >= checkpointEveryMs;
  const windows = { edges: [...span.edges], zone: span.zone };
  let records = 0n;
  for (const range of await rangesFor(context, { from, to: end, windows: span.edges.length - 1 })) {
    const untouched = { from_ms: from, ...range, run_seq };
    const { extremes } = await pairIntervals(context, {
      from_ms: from,
      to_ms: end,
      ...range,
      only_touched: 0,
      whole: from > first,
    });
    await writeRecords(lane, { ...untouched, ...windows });
    if (extremes) await writeExtremes(lane, { run_seq, ...windows });
    const written = await checked(context, { ...untouched, ...windows });
    if (written.split) await writeSlices(lane, { run_seq, ...windows, ...range });
    if (keepState) await writeState(lane, { ...untouched, to_ms: end });
    records += written.records;
  }
  await noteWindows(context, span);
  if (keepState) {
    await insertLines(lane, { table: "checkpoint", columns: ["at", "run_seq"] }, `${timeField(end)}\t${run_seq}\n`);
    checkpointWritten(context, end);
  }
  return records;
}

/** Notes windows as published for the first time by this run. */
export async function noteWindows({ deps, run_seq }: RunContext, { zone, edges }: Span): Promise<void> {
  const lines = edges
    .slice(1)
    .map((end, index) => `${run_seq}\t${zone}\t${timeField(edges[index] ?? instant(0))}\t${timeField(end)}\t1\n`);
  await insertLines(
    deps.store.run,
    { table: "run_window", columns: ["run_seq", "time_zone", "window_start", "window_end", "first"] },
    lines.join(""),
  );
}

/** Holds the records of a span against its intervals. @returns how many there are, and whether any has several slices. */
async function checked(
  { deps }: RunContext,
  params: Parameters<typeof checkSpan>[1],
): Promise<{ records: bigint; split: boolean }> {
  const [sums] = await checkSpan(deps.store.run, params);
  assert(sums !== undefined, "a check has an answer");
  assert(
    sums.interval_ms === sums.record_ms,
    `slices add up to ${sums.record_ms} ms, their intervals to ${sums.interval_ms} ms (${params.zone})`,
  );
  assert(
    sums.interval_quantity === sums.record_quantity,
    `records add up to ${sums.record_quantity} base units, their intervals to ${sums.interval_quantity} (${params.zone})`,
  );
  assert(sums.overlong === "0", `${sums.overlong} records are longer than their window (${params.zone})`);
  return { records: BigInt(sums.records), split: sums.split !== "0" };
}
