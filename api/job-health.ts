import Type from "typebox";
import type { Clock } from "../core/clock.ts";
import { field, insertLines, timeField } from "../core/insert-lines.ts";
import { formatInstant, type InstantMs, instant } from "../core/instant.ts";
import type { Log } from "../core/log.ts";
import { type Cadence, dueTicks } from "../core/schedule.ts";
import type { Settings } from "../core/settings.ts";
import { holderName } from "../core/run-lease.ts";
import type { JobWatch } from "../core/run-tick.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { archiveCadence } from "./archive-job.ts";
import { aggregateCadence, readLastDone } from "./jobs.ts";
import { sanityCadence } from "./sanity-job.ts";

/**
 * How a scheduled job stands. `overdue`: as many due ticks are not done as usage.job.overdue says, whatever holds them up;
 * `failing`: it failed three times in a row.
 */
export interface JobState {
  readonly job: string;
  readonly state: "on-time" | "overdue" | "failing";
  /** The latest tick done, and when that was; null = none ever. */
  readonly last_tick: InstantMs | null;
  readonly last_success: InstantMs | null;
  readonly due_ticks: number;
  readonly oldest_due: InstantMs | null;
  readonly failures_in_row: number;
  readonly failures_total: number;
}

/** A try of a scheduled run that failed; `tick` null = before it came to one. */
export interface JobFailure {
  readonly tick: InstantMs | null;
  readonly failed: InstantMs;
  /** Host and process. */
  readonly holder: string;
  readonly error: string;
}

/** Watches over the scheduled jobs: none is skipped in silence. */
export interface JobHealth extends JobWatch {
  read(): Promise<JobState[]>;
  /** The latest failures of a job, latest first, at most `limit`. */
  failures(job: string, limit: number): Promise<JobFailure[]>;
}

const JobName = Type.Object({ job: Type.String() });
const selectFailures = defineQuery(
  "api/job_failures",
  Type.Object({ ...JobName.properties, limit: Type.Integer() }),
  Type.Object({ tick_ms: Type.String(), failed_ms: Type.String(), holder: Type.String(), error: Type.String() }),
);
const countFailures = defineQuery(
  "api/job_failures_since",
  Type.Object({ ...JobName.properties, tick_ms: Type.Integer(), done_ms: Type.Integer() }),
  Type.Object({ failures: Type.Integer() }),
);

interface Deps {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  /** Whether rating is a job of its own, since another process may do it than the one that aggregates. */
  readonly split?: boolean;
}

type Scheduled = Readonly<Record<string, (settings: Settings) => Promise<Cadence>>>;
/** What runs on a schedule, with when it is due. */
const scheduledAlways: Scheduled = {
  aggregate: aggregateCadence,
  "sanity-check": sanityCadence,
  archive: archiveCadence,
};
const scheduledApart: Scheduled = { ...scheduledAlways, rate: aggregateCadence };

const FAILURES_MAX = 3;
const ERROR_LENGTH_MAX = 4_000;

/** The health of the jobs on this store; what is due is read from the store, so that it shows also where nothing runs at all. */
export function createJobHealth({ store, settings, clock, split = false }: Deps): JobHealth {
  const scheduled = split ? scheduledApart : scheduledAlways;
  const totals = new Map<string, number>();

  async function write(job: string, { tick_at, error }: { tick_at: InstantMs | null; error: unknown }): Promise<void> {
    const text = error instanceof Error ? error.message : String(error);
    const told = text.slice(0, ERROR_LENGTH_MAX);
    const line = [field(job), timeField(tick_at ?? 0), timeField(clock.now()), field(holderName()), field(told)];
    const columns = ["job", "tick_at", "failed_at", "holder", "error"];
    await insertLines(store.write, { table: "job_failure", columns }, `${line.join("\t")}\n`);
  }

  async function readState(job: string, cadence: Cadence): Promise<JobState> {
    const last = await readLastDone(store, job);
    const due = dueTicks(last?.tick ?? null, clock.now(), cadence);
    const [counted] = await countFailures(store.read, { job, tick_ms: last?.tick ?? 0, done_ms: last?.done ?? 0 });
    const in_row = counted?.failures ?? 0;
    const overdue = due.length >= Number(await settings.get("usage.job.overdue"));
    return {
      job,
      state: in_row >= FAILURES_MAX ? "failing" : overdue ? "overdue" : "on-time",
      last_tick: last?.tick ?? null,
      last_success: last?.done ?? null,
      due_ticks: due.length,
      oldest_due: due[0] ?? null,
      failures_in_row: in_row,
      failures_total: totals.get(job) ?? 0,
    };
  }

  return {
    failed: async (job, failure = { tick_at: null, error: "" }) => {
      totals.set(job, (totals.get(job) ?? 0) + 1);
      // Where the store does not even take this, it is in the log.
      await write(job, failure).catch(() => undefined);
    },
    done: () => undefined,
    failures: async (job, limit) =>
      (await selectFailures(store.read, { job, limit })).map(({ tick_ms, failed_ms, holder, error }) => ({
        tick: tick_ms === "0" ? null : instant(Number(tick_ms)),
        failed: instant(Number(failed_ms)),
        holder,
        error,
      })),
    read: async () => {
      const states: JobState[] = [];
      for (const [job, cadenceOf] of Object.entries(scheduled))
        states.push(await readState(job, await cadenceOf(settings)));
      return states;
    },
  };
}

/** How often the jobs are looked at. */
const LOOK_MS = 60_000;

/**
 * Looks at the jobs once a minute until `signal` aborts; one that is overdue without having come on since the last look, or
 * that keeps failing, is an error in the log: at once, and again whenever it has become worse.
 */
export async function watchJobs(
  deps: { health: JobHealth; clock: Clock; log: Log },
  signal: AbortSignal,
): Promise<void> {
  const former = new Map<string, JobState>();
  const told = new Map<string, string>();
  while (!signal.aborted) {
    try {
      for (const state of await deps.health.read()) {
        report(deps.log, state, { former: former.get(state.job), told });
        former.set(state.job, state);
      }
    } catch (err) {
      deps.log.error({ err }, "jobs could not be looked at");
    }
    await deps.clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
}

function report(
  log: Log,
  now: JobState,
  { former, told }: { former: JobState | undefined; told: Map<string, string> },
): void {
  const { job, state, due_ticks, failures_in_row } = now;
  const stuck = state === "failing" || (state === "overdue" && former?.oldest_due === now.oldest_due);
  if (!stuck) {
    if (state === "on-time" && told.delete(job)) log.info({ job }, "job is on time again");
    return;
  }
  const worse = `${state} ${due_ticks}`;
  if (told.get(job) === worse) return;
  told.set(job, worse);
  const oldest_due_at = now.oldest_due === null ? null : formatInstant(now.oldest_due);
  log.error({ job, state, due_ticks, oldest_due_at, failures_in_row }, "scheduled runs are not done");
}
