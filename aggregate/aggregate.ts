import { tzdbVersion } from "../core/calendar.ts";
import type { Bound } from "../core/event-log.ts";
import { type InstantMs, instant } from "../core/instant.ts";
import type { Run } from "../core/runs.ts";
import { registryVersion } from "../core/usage-types.ts";
import { admitArrivals } from "./admit.ts";
import { clearFailedRuns } from "./clear-failed-runs.ts";
import {
  type AggregateDeps,
  beginning,
  checkpointsBetween,
  createRunContext,
  farthest,
  firstEvent,
  type RunContext,
} from "./context.ts";
import { correctPublished, type Zone } from "./correct.ts";
import { publishSpan } from "./publish-span.ts";
import {
  countWritten,
  selectMovedAccounts,
  selectZones,
  touchMovedAccounts,
  touchRange,
  writeAccountZones,
} from "./statements.ts";
import { dueSpans, type Span } from "./windows.ts";

/** What a run of aggregation is asked for: windows that end by `until`; with `from`, what is published since then is computed again. */
export interface AggregateRequest {
  readonly until: InstantMs;
  readonly from?: InstantMs;
}

/**
 * One run: fix the bounds, admit what arrived, correct what is published where facts came late, publish
 * the windows that have ended, all in one step at the end. A crash at any point leaves the former truth, and a run that
 * finds nothing new changes nothing.
 * @throws AppError run-in-progress
 */
export async function aggregate(deps: AggregateDeps, request: AggregateRequest): Promise<Run> {
  const run = await deps.runs.begin("aggregate");
  try {
    return await carryOut(deps, run, request);
  } catch (error) {
    await deps.runs.step(run, { state: "failed", error: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    deps.runs.end(run);
  }
}

async function carryOut(deps: AggregateDeps, begun: Run, { until, from }: AggregateRequest): Promise<Run> {
  await clearFailedRuns(deps);
  const { run, context } = await fixBounds(deps, begun, until);

  const lateBefore = await publishedOrKept(context);
  const { arrivals } = await admitArrivals(context, lateBefore);
  if (from !== undefined) await touchRange(deps.store.run, { run_seq: context.run_seq, from_ms: from, to_ms: until });

  await fixZones(context);
  const zones = await readZones(context);
  const corrected = await correctPublished(context, zones);
  const spans = await dueIn(context, zones, until);
  let records = 0n;
  for (const span of spans) {
    const written = await publishSpan(context, span);
    records += written;
    deps.log.info(
      { run_id: run.id, zone: span.zone, windows: span.edges.length - 1, records: written.toString() },
      "windows computed",
    );
  }

  const corrections = corrected > 0n ? await countCorrections(context, records) : 0n;
  const windows = spans.reduce((sum, { edges }) => sum + edges.length - 1, 0);
  const counts = {
    arrivals: `${arrivals}`,
    resources_corrected: `${corrected}`,
    windows: `${windows}`,
    records: `${records}`,
    corrections: `${corrections}`,
  };
  const changed = arrivals > 0n || corrections > 0n || windows > 0;
  const done = await deps.runs.step(run, { state: changed ? "published" : "unchanged", counts });
  deps.log.info({ run_id: run.id, state: done.state, ...counts }, "aggregation done");
  return done;
}

/** Rows that took something back or said it anew: all of the run's but those of windows published for the first time. */
async function countCorrections({ deps, run_seq }: RunContext, records: bigint): Promise<bigint> {
  const [written] = await countWritten(deps.store.run, { run_seq });
  return BigInt(written?.rows ?? "0") - records;
}

/** Stores with the run all that its result depends on (P12). */
async function fixBounds(
  deps: AggregateDeps,
  begun: Run,
  until: InstantMs,
): Promise<{ run: Run; context: RunContext }> {
  const former = await deps.runs.latestPublished("aggregate");
  const bound: Bound = await deps.eventLog.bound();
  const settings = await deps.settings.all();
  const registry_version = registryVersion();
  const versions = {
    registry: registry_version,
    settings: JSON.stringify(settings),
    tzdb: tzdbVersion(),
    engine: await engineVersion(deps),
  };
  const run = await deps.runs.step(begun, { to_ms: until, bound, former_bound: former?.bound ?? {}, versions });
  return { run, context: createRunContext(deps, run, { settings, registry_version }) };
}

async function engineVersion({ store }: AggregateDeps): Promise<string> {
  const result = await store.run.query({ query: "SELECT version() AS version", format: "JSONEachRow" });
  const [row] = await result.json<{ version: string }>();
  return row?.version ?? "";
}

/** An arrival before this is late: a published window or a checkpoint has already counted without it. */
async function publishedOrKept(context: RunContext): Promise<InstantMs> {
  const zones = await readZones(context);
  const checkpoints = await checkpointsBetween(context, beginning, farthest);
  return instant(
    Math.max(beginning, ...zones.map(({ published_to }) => published_to ?? beginning), checkpoints.at(-1) ?? beginning),
  );
}

/** Fixes the zone of each account for this run; what is published of accounts that moved is computed again. */
async function fixZones({ deps, run_seq, default_zone }: RunContext): Promise<void> {
  const lane = deps.store.run;
  await writeAccountZones(lane, { run_seq, default_zone });
  const [row] = await selectMovedAccounts(lane, { run_seq });
  if (row !== undefined && row.moved !== "0") await touchMovedAccounts(lane, { run_seq });
}

async function readZones({ deps, run_seq }: RunContext): Promise<Zone[]> {
  const rows = await selectZones(deps.store.run, { run_seq });
  const time = (ms: string): InstantMs | null => (ms === "-1" ? null : instant(Number(ms)));
  return rows.map((row) => ({
    zone: row.zone,
    published_from: time(row.published_from_ms),
    published_to: time(row.published_to_ms),
  }));
}

async function dueIn(context: RunContext, zones: readonly Zone[], until: InstantMs): Promise<Span[]> {
  const spans: Span[] = [];
  for (const { zone, published_to } of zones) {
    const first_event =
      published_to === null ? await firstEvent(context, zone, { from: beginning, to: until, touched_by: "0" }) : null;
    spans.push(...dueSpans({ zone, range_minutes: context.range_minutes, published_to, first_event, until }));
  }
  return spans;
}
