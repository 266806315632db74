import Type from "typebox";
import { monthBounds, monthOf, nextMonth } from "../../core/calendar.ts";
import { AppError, assert } from "../../core/errors.ts";
import { ENGINE_SOURCE } from "../../core/engine/engine.ts";
import { keepEngineHorizon } from "../../core/engine/horizon.ts";
import { formatInstant, type InstantMs, instant } from "../../core/instant.ts";
import type { Run } from "../../core/runs.ts";
import { defineQuery } from "../../core/sql.ts";
import { type AggregateDeps, createRunContext, type RunContext } from "../context.ts";
import { runSanityChecks } from "../sanity/run-checks.ts";
import { dropMonth, sumMonth, verifyFile, writeMonth } from "./archive-file.ts";
import { type Archive, type ArchiveRow, readArchives, toArchive, writeArchive } from "./archives.ts";
import { type HorizonWatch, readHorizon } from "./horizon.ts";
import { requireAge, requireClosed, requireCounted, requirePublished } from "./requirements.ts";
import { prepareScratch, writeHorizon } from "./write-horizon.ts";

const selectMonths = defineQuery(
  "aggregate/retention/archive_months",
  Type.Object({ before_ms: Type.Number() }),
  Type.Object({ month: Type.String(), events: Type.String() }),
);

/** What archiving stands on. */
export interface RetentionDeps extends AggregateDeps {
  readonly horizon: HorizonWatch;
  /** One normal run, so that nothing late is waiting. */
  aggregate(request: { until: InstantMs; asked_by: string }): Promise<Run>;
}

/** `before`: a UTC month; events that happened before its start leave. `dry_run`: only says what would. */
export interface ArchiveRequest {
  readonly before: string;
  readonly dry_run?: boolean;
  readonly by: string;
}

/** What became of it: the run (null where nothing was done), and the months that leave with their events. */
export interface ArchiveOutcome {
  readonly run: Run | null;
  readonly months: readonly { readonly month: string; readonly events: string }[];
  readonly archives: readonly Archive[];
}

/**
 * Moves raw events before a month from the store to Parquet files, a UTC month each: the state at the end of the month is kept for
 * ever, the file is written and read back, and only then the events leave. A crash at any step leaves them in the store, or
 * in the file, or both; asked again, it goes on. What is published stays as it is; facts before the month are refused from then on.
 * The sanity checks look at what leaves first, so that no fault in it goes unsaid.
 * @throws AppError archive-not-ready, archive-damaged, run-in-progress
 */
export async function archiveEvents(deps: RetentionDeps, request: ArchiveRequest): Promise<ArchiveOutcome> {
  const horizon = monthBounds({ zone: "UTC", month: request.before }).start;
  await requireAge(deps, horizon);
  await requireClosed(deps, horizon);
  const planned = await plan(deps, horizon);
  if (request.dry_run === true) await requirePublished(deps, horizon);
  if (request.dry_run === true || planned.length === 0) return { run: null, months: planned, archives: [] };

  // What was let in before this is with the log already: the run below counts it.
  const release = deps.horizon.hold(horizon);
  try {
    await deps.aggregate({ until: deps.clock.now(), asked_by: request.by });
    await checkBefore(deps);
    return await carryOut(deps, request, horizon);
  } finally {
    await deps.horizon.refresh();
    release();
  }
}

/** What leaves is looked at before: afterwards the checks have nothing to find its faults by. @throws AppError archive-not-ready */
async function checkBefore(deps: RetentionDeps): Promise<void> {
  const { failed } = await runSanityChecks(deps);
  if (failed.length === 0) return;
  const names = failed.join(", ");
  throw new AppError("archive-not-ready", `the sanity checks ${names} of what would be archived could not be done`);
}

async function carryOut(deps: RetentionDeps, request: ArchiveRequest, horizon: InstantMs): Promise<ArchiveOutcome> {
  return deps.runs.hold({ kind: "archive", period: request.before, asked_by: request.by }, async (begun) => {
    const former = await deps.runs.latestPublished("aggregate");
    const bound = former?.bound ?? {};
    const run = await deps.runs.step(begun, { to_ms: horizon, bound });
    await requireClosed(deps, horizon);
    await requirePublished(deps, horizon);
    await requireCounted(deps, horizon);
    const months = await plan(deps, horizon);
    const settings = await deps.settings.all();
    // A type added since is taken up by the next run: the checkpoints this state is made from do not know it.
    const registry_version = former?.versions["registry"] ?? deps.usageTypes.version();
    const context = createRunContext(deps, run, { settings, registry_version });
    await prepareScratch(context);
    const archives: Archive[] = [];
    for (const [done, { month }] of months.entries()) {
      await deps.runs.beat(run, { what: `archiving ${month}`, done, total: months.length, unit: "months" });
      archives.push(toArchive(await archiveMonth(deps, context, { month, by: request.by })));
    }
    const events = archives.reduce((sum, { rows }) => sum + BigInt(rows), 0n);
    const counts = { months: `${archives.length}`, events: `${events}` };
    const done = await deps.runs.step(run, { state: archives.length === 0 ? "unchanged" : "published", counts });
    deps.log.info({ run_id: run.id, before: formatInstant(horizon), ...counts }, "events archived");
    return { run: done, months, archives };
  });
}

/**
 * The months that have to leave, oldest first: from the first one with events, or whose leaving was cut short, without a gap.
 * One without events counts as well, since facts of that time are refused alike.
 */
async function plan(deps: RetentionDeps, horizon: InstantMs): Promise<{ month: string; events: string }[]> {
  const events = new Map(
    (await selectMonths(deps.store.run, { before_ms: horizon })).map((row) => [row.month, row.events]),
  );
  const archives = new Map((await readArchives(deps)).map(({ month, state }) => [month, state]));
  const unfinished = [...archives].filter(([, state]) => state === "written" || state === "restoring");
  const end = monthOf({ zone: "UTC", at: horizon });
  const first = [...events.keys(), ...unfinished.map(([month]) => month)].toSorted()[0] ?? end;
  const months: { month: string; events: string }[] = [];
  for (let month = first; month < end; month = nextMonth(month))
    if (archives.get(month) !== "archived" || events.has(month))
      months.push({ month, events: events.get(month) ?? "0" });
  return months;
}

async function archiveMonth(
  deps: RetentionDeps,
  context: RunContext,
  { month, by }: { month: string; by: string },
): Promise<ArchiveRow> {
  const { store, runs } = deps;
  const former = (await readArchives(deps)).find((archive) => archive.month === month);
  const end = monthBounds({ zone: "UTC", month }).end;
  const horizon = await readHorizon(deps);
  // Behind the horizon nothing can have changed since: the file that is there is the month.
  const whole = former !== undefined && horizon !== null && end <= horizon.at;
  const written = whole ? former : await writeOut(deps, context, { month, end, by, former });
  await verifyFile(store, written);
  if (written.state !== "restoring") {
    const sums = await sumMonth(deps, month);
    // Of one that is archived already nothing is left, or what a crash after its leaving was noted left behind.
    const gone = sums.rows === "0" && (written.state === "written" || written.state === "archived");
    assert(
      gone || sums.row_checksum === written.row_checksum,
      `${written.file} holds the events of ${month} as they are`,
    );
  }
  await keepEngineHorizon(deps, { source: ENGINE_SOURCE, month });
  runs.guard(context.run);
  await dropMonth(store, month);
  const gone = await writeArchive(deps, { ...written, state: "archived" }, by);
  await deps.horizon.refresh();
  return gone;
}

/** The state at the month's end, its file, and the note of both: from then on the events are not needed. */
async function writeOut(
  deps: RetentionDeps,
  context: RunContext,
  given: { month: string; end: InstantMs; by: string; former: ArchiveRow | undefined },
): Promise<ArchiveRow> {
  const { month, end, by, former } = given;
  const { run } = context;
  const state_checksum = await writeHorizon(context, end);
  const sums = await sumMonth(deps, month);
  const file = await writeMonth(deps, month, `events-${month}-${run.id}.parquet`);
  const now = String(deps.clock.now());
  const archive = {
    month,
    version: former?.version ?? 0,
    state: "written" as const,
    ...sums,
    ...file,
    horizon_ms: String(end),
    run_seq: context.run_seq,
    run_id: run.id,
    state_checksum,
    archived_ms: now,
  };
  // Read back before anybody relies on it.
  await verifyFile(deps.store, { ...archive, changed_ms: now, changed_by: by });
  deps.runs.guard(run);
  const written = await writeArchive(deps, archive, by);
  await deps.horizon.refresh();
  return written;
}

/** The UTC month before which a scheduled archive lets events leave; null = they are kept for ever. Pure. */
export function monthToKeepFrom({ days, now }: { days: number; now: InstantMs }): string | null {
  return days === 0 ? null : monthOf({ zone: "UTC", at: instant(now - days * 86_400_000) });
}
