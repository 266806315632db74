import type { Clock } from "../core/clock.ts";
import { formatInstant, type InstantMs } from "../core/instant.ts";
import type { Log } from "../core/log.ts";
import { type Cadence, dueTicks } from "../core/schedule.ts";
import type { Settings } from "../core/settings.ts";
import type { Store } from "../core/store.ts";
import { aggregateCadence, readLastDone } from "./jobs.ts";
import { sanityCadence } from "./sanity-job.ts";

/**
 * How a scheduled job stands. `overdue`: as many due ticks are not done as usage.job.overdue says, whatever holds them up;
 * `failing`: it failed three times in a row in this process.
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

/** Watches over the scheduled jobs: none is skipped in silence. */
export interface JobHealth {
  failed(job: string): void;
  done(job: string): void;
  read(): Promise<JobState[]>;
}

interface Deps {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
}

/** What runs on a schedule, with when it is due. */
const scheduled: Readonly<Record<string, (settings: Settings) => Promise<Cadence>>> = {
  aggregate: aggregateCadence,
  "sanity-check": sanityCadence,
};

const FAILURES_MAX = 3;

/** The health of the jobs on this store; what is due is read from the store, so that it shows also where nothing runs at all. */
export function createJobHealth({ store, settings, clock }: Deps): JobHealth {
  const failures = new Map<string, { in_row: number; total: number }>();
  const of = (job: string): { in_row: number; total: number } => failures.get(job) ?? { in_row: 0, total: 0 };

  async function readState(job: string, cadence: Cadence): Promise<JobState> {
    const last = await readLastDone(store, job);
    const due = dueTicks(last?.tick ?? null, clock.now(), cadence);
    const { in_row, total } = of(job);
    const overdue = due.length >= Number(await settings.get("usage.job.overdue"));
    return {
      job,
      state: in_row >= FAILURES_MAX ? "failing" : overdue ? "overdue" : "on-time",
      last_tick: last?.tick ?? null,
      last_success: last?.done ?? null,
      due_ticks: due.length,
      oldest_due: due[0] ?? null,
      failures_in_row: in_row,
      failures_total: total,
    };
  }

  return {
    failed: (job) => void failures.set(job, { in_row: of(job).in_row + 1, total: of(job).total + 1 }),
    done: (job) => void failures.set(job, { in_row: 0, total: of(job).total }),
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
