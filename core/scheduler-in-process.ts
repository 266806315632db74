import { checkJobs } from "./check-jobs.ts";
import { AppError } from "./errors.ts";
import type { InstantMs } from "./instant.ts";
import { BUSY_MS, retryWait, runTick, type SchedulerDeps } from "./run-tick.ts";
import { dueTicks, nextTick } from "./schedule.ts";
import type { Clock } from "./clock.ts";
import type { Job, Scheduler } from "./scheduler.ts";

/**
 * Longest wait before looking at the clock and the cadence again: a corrected wall clock or a changed setting is
 * noticed within it.
 */
const LOOK_MS_MAX = 60_000;

/**
 * The scheduler of a single process: one loop a job, so jobs do not hold up each other and a job never runs beside
 * itself. A failed run is logged and given again after 1 s, 2 s, 4 s … at most 5 minutes, without end: a tick skipped
 * would be usage never billed. One that finds another run going on (begun by hand, or by another process) waits for its end.
 */
export function createInProcessScheduler(deps: SchedulerDeps): Scheduler {
  const stopping = new AbortController();
  let loops: Promise<void>[] | null = null;

  return {
    async start(jobs) {
      if (loops !== null) throw new Error("scheduler: started already");
      loops = [];
      await checkJobs(deps.clock, jobs);
      if (stopping.signal.aborted) return;
      loops = jobs.map((job) => runLoop(deps, job, stopping.signal));
    },
    async stop() {
      stopping.abort(new Error("scheduler: stopping"));
      await Promise.all(loops ?? []);
    },
  };
}

async function runLoop(deps: SchedulerDeps, job: Job, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await untilDone(deps, { job, at: null }, signal, async () => {
      const wait_ms = await runWhatIsDue(deps, job, signal);
      if (!signal.aborted) await rest(deps.clock, wait_ms, signal);
    });
  }
}

/** Runs the ticks due by now, and answers how long to wait before asking again: 0 where more may be due already. */
async function runWhatIsDue(deps: SchedulerDeps, job: Job, signal: AbortSignal): Promise<number> {
  const { clock, ledger } = deps;
  const cadence = await job.cadence();
  const due = dueTicks(await ledger.lastDone(job.name), clock.now(), cadence);
  for (const at of due) {
    // Held until done: with an empty ledger a later look would see only a later tick, and drop this one.
    await untilDone(deps, { job, at }, signal, () => runTick(deps, job, { job: job.name, at }, signal));
    if (signal.aborted) return 0;
  }
  const now = clock.now();
  return due.length > 0 ? 0 : Math.min(LOOK_MS_MAX, nextTick(now, cadence) - now);
}

/** Tries until `attempt` resolves or the scheduler stops; each failure is logged and doubles the wait. */
async function untilDone(
  { clock, log, watch }: SchedulerDeps,
  { job, at }: { job: Job; at: InstantMs | null },
  signal: AbortSignal,
  attempt: () => Promise<void>,
): Promise<void> {
  let failures = 0;
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
      failures += 1;
      const retry_ms = retryWait(failures);
      log.error({ job: job.name, err, retry_ms }, "job failed, will be tried again");
      await watch?.failed(job.name, { tick_at: at, error: err });
      await rest(clock, retry_ms, signal);
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
