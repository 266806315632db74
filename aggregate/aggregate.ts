import { tzdbVersion } from "../core/calendar.ts";
import { type Bound, offsetsOf } from "../core/event-log.ts";
import { formatInstant, type InstantMs, instant } from "../core/instant.ts";
import type { Run } from "../core/runs.ts";
import { admitArrivals } from "./admit.ts";
import { clearFailedRuns } from "./clear-failed-runs.ts";
import {
  type AggregateDeps,
  beginning,
  checkpointsBetween,
  createRunContext,
  farthest,
  type RunContext,
} from "./context.ts";
import { correctPublished } from "./correct.ts";
import { dueIn, openSpans } from "./due-windows.ts";
import { pruneCheckpoints } from "./prune-checkpoints.ts";
import { projectReported } from "./projection/project-reported.ts";
import { projectedSpans } from "./projection/projected-spans.ts";
import { publishedCalendars } from "./published-calendars.ts";
import { publishSpan } from "./publish-span.ts";
import { requireRestored } from "./retention/archives.ts";
import { readHorizon } from "./retention/horizon.ts";
import { countWritten, touchRange } from "./run-sql.ts";
import { fixRuns } from "./standing.ts";
import { takeUpTypes, touchTypes } from "./take-up-types.ts";
import { fixZones, readZones } from "./zones.ts";
import { traced } from "../core/trace.ts";

/**
 * What a run of aggregation is asked for: windows that end by `until`; with `from`, what is published since then is computed
 * again. A dry run publishes nothing; its rows stay until the next run begins. `began` hears of the run once it has its lease.
 */
export interface AggregateRequest {
  readonly until: InstantMs;
  readonly from?: InstantMs;
  readonly dry_run?: boolean;
  /** A dry run that computes the windows still open as well, up to `until`: usage as it is now. */
  readonly live?: boolean;
  /** A dry run that goes on to the end of this month, as if no event came after `until`, which is now: a projection. */
  readonly project?: string;
  /** Who asks; left out of what the system computes to answer a question. */
  readonly asked_by?: string;
  readonly began?: (run: Run) => void;
}

/**
 * One run: fix the bounds, admit what arrived, correct what is published where facts came late, publish
 * the windows that have ended, all in one step at the end. A crash at any point leaves the former truth, and a run that
 * finds nothing new changes nothing.
 * @throws AppError run-in-progress, lease-lost
 */
export async function aggregate(deps: AggregateDeps, request: AggregateRequest): Promise<Run> {
  return deps.runs.hold(
    {
      kind: "aggregate",
      dry_run: (request.dry_run ?? false) || request.live === true || request.project !== undefined,
      asked_by: request.asked_by ?? "",
    },
    async (run) => {
      request.began?.(run);
      return carryOut(deps, run, request);
    },
  );
}

async function carryOut(deps: AggregateDeps, begun: Run, request: AggregateRequest): Promise<Run> {
  const { until, from, project } = request;
  await clearFailedRuns(deps);
  const { run, context, former } = await fixBounds(deps, begun, until);
  if (from !== undefined) await refuseArchived(deps, from);
  await fixRuns(context);

  const tell = (what: string, done: number, total: number, unit: string): Promise<void> =>
    deps.runs.beat(run, { what, done, total, unit });
  // Each row of progress costs as much as a statement: what takes a moment only is not told.
  if (positionsIn(run) < arrivalsTold) deps.runs.guard(run);
  else await tell("admitting what arrived", 0, 1, "steps");
  const newTypes = former === null ? [] : await takeUpTypes(context, former.versions);
  const lateBefore = await publishedOrKept(context);
  const { arrivals, set_aside } = await admitArrivals(context, lateBefore);
  await touchTypes(context, newTypes, lateBefore);
  if (from !== undefined) await touchRange(deps.store.run, { run_seq: context.run_seq, from_ms: from, to_ms: until });

  const zones = await readZones(context, await fixZones(context));
  deps.runs.guard(run);
  const corrected = await correctPublished(context, zones);
  const due = project === undefined ? await dueIn(context, zones, () => until) : [];
  const open = request.live === true ? openSpans(zones, { due, until }) : [];
  const projected = project === undefined ? [] : await projectedSpans(context, zones, { now: until, period: project });
  const spans = [...due, ...open, ...projected];
  const windows = spans.reduce((sum, { edges }) => sum + edges.length - 1, 0);
  let computed = 0;
  let records = 0n;
  for (const span of spans) {
    await tell("computing windows", computed, windows, "windows");
    const named = { "tally.zone": span.zone, "tally.windows": span.edges.length - 1 };
    const written = await traced("windows", named, () => publishSpan(context, span, { keep: due.includes(span) }));
    computed += span.edges.length - 1;
    records += written;
    deps.log.info(
      { run_id: run.id, zone: span.zone, windows: span.edges.length - 1, records: written.toString() },
      "windows computed",
    );
  }

  if (project !== undefined) await projectReported(context, { now: until, period: project });
  const corrections = corrected > 0n ? await countCorrections(context, records) : 0n;
  const counts = {
    arrivals: `${arrivals}`,
    set_aside: `${set_aside}`,
    resources_corrected: `${corrected}`,
    windows: `${windows}`,
    records: `${records}`,
    corrections: `${corrections}`,
  };
  // Also where no window differs: which usage types were counted is part of what is published.
  const registered = former !== null && former.versions["registry"] !== context.registry_version;
  const changed = arrivals > 0n || corrections > 0n || windows > 0 || newTypes.length > 0 || registered;
  const end = run.dry_run ? "discarded" : changed ? "published" : "unchanged";
  const done = await deps.runs.step(run, { state: end, counts });
  deps.log.info({ run_id: run.id, state: done.state, ...counts }, "aggregation done");
  if (done.state === "published")
    await pruneCheckpoints(context).catch((err: unknown) =>
      deps.log.warn({ err }, "old checkpoints were not let go of"),
    );
  return done;
}

/** So many arrivals take a second or so to admit. */
const arrivalsTold = 100_000n;

/** How far the log has come since the former run, in positions. */
function positionsIn({ bound, former_bound }: Run): bigint {
  const former = offsetsOf(former_bound);
  return [...offsetsOf(bound)].reduce((sum, [partition, last]) => sum + last - (former.get(partition) ?? -1n), 0n);
}

/** What is archived cannot be computed again. @throws AppError archived naming what to restore */
async function refuseArchived(deps: AggregateDeps, from: InstantMs): Promise<void> {
  const horizon = await readHorizon(deps);
  if (horizon === null || from >= horizon.at) return;
  const what = `from is ${formatInstant(from)}, the events before ${formatInstant(horizon.at)} are archived`;
  await requireRestored(deps, { from, before: horizon.at, what, key: "archived", field: "from" });
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
): Promise<{ run: Run; context: RunContext; former: Run | null }> {
  const former = await deps.runs.latestPublished("aggregate");
  const bound: Bound = await deps.eventLog.bound();
  const settings = await deps.settings.all();
  const registry_version = deps.usageTypes.version();
  const horizon = await readHorizon(deps);
  const versions = {
    registry: registry_version,
    ...(horizon === null ? {} : { horizon: formatInstant(horizon.at) }),
    settings: JSON.stringify(settings),
    tzdb: tzdbVersion(),
    engine: await engineVersion(deps),
  };
  const run = await deps.runs.step(begun, { to_ms: until, bound, former_bound: former?.bound ?? {}, versions });
  return { run, context: createRunContext(deps, run, { settings, registry_version, horizon }), former };
}

async function engineVersion({ store }: AggregateDeps): Promise<string> {
  const result = await store.run.query({ query: "SELECT version() AS version", format: "JSONEachRow" });
  const [row] = await result.json<{ version: string }>();
  return row?.version ?? "";
}

/** An arrival before this is late: a published window or a checkpoint has already counted without it. */
async function publishedOrKept(context: RunContext): Promise<InstantMs> {
  const published = await publishedCalendars(context);
  const checkpoints = await checkpointsBetween(context, beginning, farthest);
  return instant(Math.max(beginning, ...[...published.values()].map(({ to }) => to), checkpoints.at(-1) ?? beginning));
}
