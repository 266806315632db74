import type { InstantMs } from "./instant.ts";
import type { Cadence } from "./schedule.ts";

/** The port that runs jobs when they are due. Adapters: core/scheduler-in-process.ts. */
export interface Scheduler {
  /**
   * Takes up the jobs: ticks missed since the ledger's last are caught up oldest first, then each runs when due.
   * Rejects, starting none, where a job's cadence is bad. Once only.
   */
  start(jobs: readonly Job[]): Promise<void>;
  /** Aborts the signal of running jobs and resolves when all have ended. Safe to call again, or before start. */
  stop(): Promise<void>;
}

/**
 * Something that runs on a schedule. A tick may be given twice (crash between run and ledger), so a run twice must
 * change nothing.
 */
export interface Job {
  /** Unique; the ledger's key. */
  readonly name: string;
  /** Asked anew before each wait, so that a changed setting counts without a restart. */
  cadence(): Promise<Cadence> | Cadence;
  /**
   * One run at a time. Rejecting means not done: the same tick comes again, and later ones wait. A run cut short by
   * `signal` rejects.
   */
  run(tick: Tick, signal: AbortSignal): Promise<void>;
}

/** One nominal run of a job. */
export interface Tick {
  readonly job: string;
  /** When it was due, whenever it runs. */
  readonly at: InstantMs;
}

/** What a scheduler remembers across restarts. */
export interface TickLedger {
  /** The latest tick done, null for a job never done. */
  lastDone(job: string): Promise<InstantMs | null>;
  /** Resolves once it is durable. Ticks of a job come in ascending order. */
  done(job: string, at: InstantMs): Promise<void>;
}
