import { AppError } from "./errors.ts";
import { formatInstant } from "./instant.ts";
import { dueTicks, nextTick } from "./schedule.ts";
import type { Clock } from "./clock.ts";
import type { Job, Scheduler, Tick, TickLedger } from "./scheduler.ts";

/** The part of pino's logger a scheduler needs. */
export interface SchedulerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

interface Deps {
  readonly clock: Clock;
  readonly ledger: TickLedger;
  readonly log: SchedulerLog;
  /** Hears of each failure and of each tick done, for whoever watches over the jobs. */
  readonly watch?: { failed(job: string): void; done(job: string): void };
}

/**
 * Longest wait before looking at the clock and the cadence again: a corrected wall clock or a changed setting is
 * noticed within it.
 */
const LOOK_MS_MAX = 60_000;

/** A job that finds another run going on looks again this much later; that is no failure of it. */
const BUSY_MS = 2_000;

const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 300_000;

/**
 * The scheduler of a single process: one loop a job, so jobs do not hold up each other and a job never runs beside
 * itself. A failed run is logged and given again after 1 s, 2 s, 4 s … at most 5 minutes, without end: a tick skipped
 * would be usage never billed. One that finds another run going on (begun by hand, or by another process) waits for its end.
 */
export function createInProcessScheduler(deps: Deps): Scheduler {
  const stopping = new AbortController();
  let loops: Promise<void>[] | null = null;

  return {
    async start(jobs) {
      if (loops !== null) throw new Error("scheduler: started already");
      loops = [];
      requireDistinctNames(jobs);
      for (const job of jobs) await requireCadence(deps, job);
      if (stopping.signal.aborted) return;
      loops = jobs.map((job) => runLoop(deps, job, stopping.signal));
    },
    async stop() {
      stopping.abort(new Error("scheduler: stopping"));
      await Promise.all(loops ?? []);
    },
  };
}

function requireDistinctNames(jobs: readonly Job[]): void {
  const names = new Set(jobs.map((job) => job.name));
  if (names.size !== jobs.length)
    throw new Error("scheduler: two jobs have one name, so the ledger could not tell them apart");
}

async function requireCadence({ clock }: Deps, job: Job): Promise<void> {
  try {
    nextTick(clock.now(), await job.cadence());
  } catch (cause) {
    throw new Error(`scheduler: job ${job.name} has no usable cadence`, { cause });
  }
}

async function runLoop(deps: Deps, job: Job, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await untilDone(deps, job, signal, async () => {
      const wait_ms = await runWhatIsDue(deps, job, signal);
      if (!signal.aborted) await rest(deps.clock, wait_ms, signal);
    });
  }
}

/** Runs the ticks due by now, and answers how long to wait before asking again: 0 where more may be due already. */
async function runWhatIsDue(deps: Deps, job: Job, signal: AbortSignal): Promise<number> {
  const { clock, ledger } = deps;
  const cadence = await job.cadence();
  const due = dueTicks(await ledger.lastDone(job.name), clock.now(), cadence);
  for (const at of due) {
    // Held until done: with an empty ledger a later look would see only a later tick, and drop this one.
    await untilDone(deps, job, signal, () => runTick(deps, job, { job: job.name, at }, signal));
    if (signal.aborted) return 0;
  }
  const now = clock.now();
  return due.length > 0 ? 0 : Math.min(LOOK_MS_MAX, nextTick(now, cadence) - now);
}

async function runTick({ clock, ledger, log, watch }: Deps, job: Job, tick: Tick, signal: AbortSignal): Promise<void> {
  const began = clock.now();
  await job.run(tick, signal);
  await ledger.done(job.name, tick.at);
  watch?.done(job.name);
  log.info(
    { job: job.name, tick_at: formatInstant(tick.at), late_ms: began - tick.at, took_ms: clock.now() - began },
    "tick done",
  );
}

/** Tries until `attempt` resolves or the scheduler stops; each failure is logged and doubles the wait. */
async function untilDone(
  { clock, log, watch }: Deps,
  job: Job,
  signal: AbortSignal,
  attempt: () => Promise<void>,
): Promise<void> {
  let retry_ms = RETRY_MS_MIN;
  let waits = false;
  while (!signal.aborted) {
    try {
      return await attempt();
    } catch (err) {
      if (signal.aborted) {
        log.warn({ job: job.name, err }, "job cut short by stop");
        return;
      }
      if (err instanceof AppError && err.key === "run-in-progress") {
        if (!waits) log.info({ job: job.name, why: err.message }, "job waits for the run that is going on");
        waits = true;
        await rest(clock, BUSY_MS, signal);
        continue;
      }
      watch?.failed(job.name);
      log.error({ job: job.name, err, retry_ms }, "job failed, will be tried again");
      await rest(clock, retry_ms, signal);
      retry_ms = Math.min(RETRY_MS_MAX, retry_ms * 2);
      waits = false;
    }
  }
}

/** Sleeps, and wakes early without complaint when the scheduler stops. */
async function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (err) {
    if (!signal.aborted) throw err;
  }
}
