import { type InstantMs, instant } from "../core/instant.ts";
import {
  beginning,
  checkpointsBetween,
  emptyScratch,
  farthest,
  firstEvent,
  notBehindHorizon,
  rangesFor,
  type RunContext,
  stateBefore,
} from "./context.ts";
import { pairIntervals } from "./pair-intervals.ts";
import { noteWindows } from "./publish-span.ts";
import {
  fillFreshExtremes,
  fillScratchTouched,
  fillFreshRecords,
  fillFreshSlices,
  selectPublishedEdges,
  selectTouched,
  writeCorrectedWindows,
  writeRecordDeltas,
  writeRepairMarks,
  writeSliceDeltas,
  writeStateRepairs,
} from "./run-sql.ts";
import { cutSpans, earlierEdges, type Span, type ZoneRanges } from "./windows.ts";
import type { Zone } from "./zones.ts";

/**
 * Computes again what is published of the resources that run_touched names, from the earliest late instant on, and writes
 * only what differs: −old, +new (P8). The state of these resources at later checkpoints is written again too.
 * @returns how many resources were looked at.
 */
export async function correctPublished(context: RunContext, zones: readonly Zone[]): Promise<bigint> {
  const { deps, run, run_seq } = context;
  const lane = deps.store.run;
  const [touched] = await selectTouched(lane, { run_seq });
  const resources = BigInt(touched?.resources ?? "0");
  if (resources === 0n) return 0n;
  const tell = (done: number, total: number): Promise<void> =>
    deps.runs.beat(run, { what: "correcting what is published", done, total, unit: "ranges" });
  await tell(0, 1);
  const since = await notBehindHorizon(context, instant(Number(touched?.from_ms)));
  await emptyScratch(context, "touched");
  await fillScratchTouched(lane, { run_seq });
  const spans = await spansSince(context, zones, since);
  const later = (await checkpointsBetween(context, beginning, farthest)).filter((at) => at > since);
  if (spans.length === 0 && later.length === 0) return 0n;
  const start = instant(Math.min(since, ...spans.map(({ edges }) => edges[0] ?? since)));
  const end = instant(Math.max(...spans.map(({ edges }) => edges.at(-1) ?? since), ...later));
  const from = await stateBefore(context, start);
  const windows = Math.max(1, ...spans.map(({ edges }) => edges.length - 1));
  const ranges = await rangesFor(context, { from, to: end, windows });
  for (const [done, range] of ranges.entries()) {
    await tell(done, ranges.length);
    const { extremes } = await pairIntervals(context, { from_ms: from, to_ms: end, ...range, only_touched: 1 });
    for (const span of spans) await writeDeltas(context, span, { ...range, extremes });
    if (later.length > 0) await writeStateRepairs(lane, { run_seq, checkpoints: later });
  }
  if (later.length > 0) await writeRepairMarks(lane, { run_seq, checkpoints: later });
  for (const { zone, edges } of spans) {
    await writeCorrectedWindows(lane, { run_seq, zone, from_ms: edges[0] ?? since, to_ms: edges.at(-1) ?? since });
  }
  return resources;
}

/**
 * Per zone the published windows from the one that holds `since` on; where the late facts themselves lie in the zone before
 * its first published window, the windows back to them are added.
 */
async function spansSince(context: RunContext, zones: readonly Zone[], since: InstantMs): Promise<Span[]> {
  const spans: Span[] = [];
  for (const { zone, ranges, published_from, published_to, turns } of zones) {
    if (published_from === null || published_to === null || since >= published_to) continue;
    const rows = await selectPublishedEdges(context.deps.store.run, { calendar: zone, after_ms: since });
    const published = [...rows.map(({ start_ms }) => instant(Number(start_ms))), published_to];
    const earlier = ranges === null ? [] : await earlierWindows(context, { zone, ranges }, published_from);
    if (earlier.length > 0) await noteWindows(context, { zone, edges: [...earlier, published_from] });
    spans.push(...cutSpans(zone, [...earlier, ...published], turns));
  }
  return spans;
}

async function earlierWindows(context: RunContext, zone: ZoneRanges, published_from: InstantMs): Promise<InstantMs[]> {
  const before = { from: beginning, to: published_from, only_touched: 1 } as const;
  const at = (await firstEvent(context, zone.zone, before)) ?? published_from;
  return earlierEdges({ ...zone, published_from, at });
}

async function writeDeltas(
  context: RunContext,
  { zone, edges }: Span,
  { extremes, ...range }: { k_from: string; k_to: string; extremes: boolean },
): Promise<void> {
  const { deps, run_seq } = context;
  const lane = deps.store.run;
  const slicing = { run_seq, edges: [...edges], zone };
  const bounds = { run_seq, from_ms: edges[0] ?? 0, to_ms: edges.at(-1) ?? 0, ...range, zone };
  await emptyScratch(context, "record");
  await emptyScratch(context, "slice");
  await fillFreshRecords(lane, slicing);
  if (extremes) await fillFreshExtremes(lane, slicing);
  await fillFreshSlices(lane, slicing);
  await writeRecordDeltas(lane, bounds);
  await writeSliceDeltas(lane, bounds);
}
