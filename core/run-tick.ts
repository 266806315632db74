import type { Clock } from "./clock.ts";
import { formatInstant, type InstantMs } from "./instant.ts";
import type { Job, Tick, TickLedger } from "./scheduler.ts";

/** The part of pino's logger a scheduler needs. */
export interface SchedulerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Hears of each failure and of each tick done, for whoever watches over the jobs. Neither may throw. */
export interface JobWatch {
  failed(job: string, failure?: { tick_at: InstantMs | null; error: unknown }): Promise<void> | void;
  done(job: string): void;
}

/** What every scheduler stands on. */
export interface SchedulerDeps {
  readonly clock: Clock;
  readonly ledger: TickLedger;
  readonly log: SchedulerLog;
  readonly watch?: JobWatch;
}

/** Waits after failures in a row, in ms: 1 s, 2 s, 4 s … at most 5 minutes, without end: a tick skipped would be usage never billed. */
export function retryWait(failures: number): number {
  return Math.min(300_000, 1_000 * 2 ** Math.min(20, failures - 1));
}

/** A job that finds another run going on looks again this much later, in ms; that is no failure of it. */
export const BUSY_MS = 2_000;

/** Runs one tick and notes that it is done; whatever fails of the two leaves it to be run again. */
export async function runTick(
  { clock, ledger, log, watch }: SchedulerDeps,
  job: Job,
  tick: Tick,
  signal: AbortSignal,
): Promise<void> {
  const began = clock.now();
  await job.run(tick, signal);
  await ledger.done(job.name, tick.at);
  watch?.done(job.name);
  log.info(
    { job: job.name, tick_at: formatInstant(tick.at), late_ms: began - tick.at, took_ms: clock.now() - began },
    "tick done",
  );
}
