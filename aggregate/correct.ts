import { type InstantMs, instant } from "../core/instant.ts";
import {
  beginning,
  checkpointsBetween,
  emptyScratch,
  farthest,
  firstEvent,
  rangesFor,
  type RunContext,
  stateBefore,
  workParams,
} from "./context.ts";
import { noteWindows } from "./publish-span.ts";
import {
  fillFreshRecords,
  fillFreshSlices,
  fillIntervals,
  selectPublishedEdges,
  selectTouched,
  writeCorrectedWindows,
  writeRecordDeltas,
  writeRepairMarks,
  writeSliceDeltas,
  writeStateRepairs,
} from "./statements.ts";
import { cutSpans, earlierEdges, type Span } from "./windows.ts";

/** A zone and how far it is published; null = not at all. */
export interface Zone {
  readonly zone: string;
  readonly published_from: InstantMs | null;
  readonly published_to: InstantMs | null;
}

/**
 * Computes again what is published of the resources that run_touched names, from the earliest late instant on, and writes
 * only what differs: −old, +new (P8). The state of these resources at later checkpoints is written again too.
 * @returns how many resources were looked at.
 */
export async function correctPublished(context: RunContext, zones: readonly Zone[]): Promise<bigint> {
  const { deps, run_seq } = context;
  const lane = deps.store.run;
  const [touched] = await selectTouched(lane, { run_seq });
  const resources = BigInt(touched?.resources ?? "0");
  if (resources === 0n) return 0n;
  const since = instant(Number(touched?.from_ms));
  const spans = await spansSince(context, zones, since);
  const later = (await checkpointsBetween(context, beginning, farthest)).filter((at) => at > since);
  if (spans.length === 0 && later.length === 0) return 0n;
  const start = instant(Math.min(since, ...spans.map(({ edges }) => edges[0] ?? since)));
  const end = instant(Math.max(...spans.map(({ edges }) => edges.at(-1) ?? since), ...later));
  const from = await stateBefore(context, start);
  const windows = Math.max(1, ...spans.map(({ edges }) => edges.length - 1));
  for (const range of await rangesFor(context, { from, to: end, windows })) {
    await emptyScratch(context, "scratch_interval");
    await fillIntervals(lane, { from_ms: from, to_ms: end, ...range, ...workParams(context), touched_by: run_seq });
    for (const span of spans) await writeDeltas(context, span, range);
    if (later.length > 0) await writeStateRepairs(lane, { run_seq, checkpoints: later });
  }
  if (later.length > 0) await writeRepairMarks(lane, { run_seq, checkpoints: later });
  for (const zone of new Set(spans.map((span) => span.zone))) await writeCorrectedWindows(lane, { run_seq, zone });
  return resources;
}

/**
 * Per zone the published windows from the one that holds `since` on; where the late facts themselves lie in the zone before
 * its first published window, the windows back to them are added.
 */
async function spansSince(context: RunContext, zones: readonly Zone[], since: InstantMs): Promise<Span[]> {
  const spans: Span[] = [];
  for (const { zone, published_from, published_to } of zones) {
    if (published_from === null || published_to === null || since >= published_to) continue;
    const rows = await selectPublishedEdges(context.deps.store.run, { zone, after_ms: since });
    const published = [...rows.map(({ start_ms }) => instant(Number(start_ms))), published_to];
    const touched_by = context.run_seq;
    const at = (await firstEvent(context, zone, { from: beginning, to: published_from, touched_by })) ?? published_from;
    const earlier = earlierEdges({ zone, range_minutes: context.range_minutes, published_from, at });
    if (earlier.length > 0) await noteWindows(context, { zone, edges: [...earlier, published_from] });
    spans.push(...cutSpans(zone, [...earlier, ...published]));
  }
  return spans;
}

async function writeDeltas(
  context: RunContext,
  { zone, edges }: Span,
  range: { k_from: string; k_to: string },
): Promise<void> {
  const { deps, run_seq, capacity_types } = context;
  const lane = deps.store.run;
  const slicing = { run_seq, edges: [...edges], zone, capacity_types };
  const bounds = { run_seq, from_ms: edges[0] ?? 0, to_ms: edges.at(-1) ?? 0, ...range, zone };
  await emptyScratch(context, "scratch_record");
  await emptyScratch(context, "scratch_slice");
  await fillFreshRecords(lane, slicing);
  await fillFreshSlices(lane, slicing);
  await writeRecordDeltas(lane, bounds);
  await writeSliceDeltas(lane, bounds);
}
