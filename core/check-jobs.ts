import type { Clock } from "./clock.ts";
import { nextTick } from "./schedule.ts";
import type { Job } from "./scheduler.ts";

/** Refuses jobs no scheduler can keep apart or bring to run. @throws Error naming the job */
export async function checkJobs(clock: Clock, jobs: readonly Job[]): Promise<void> {
  const names = new Set(jobs.map((job) => job.name));
  if (names.size !== jobs.length)
    throw new Error("scheduler: two jobs have one name, so the ledger could not tell them apart");
  for (const job of jobs) {
    try {
      nextTick(clock.now(), await job.cadence());
    } catch (cause) {
      throw new Error(`scheduler: job ${job.name} has no usable cadence`, { cause });
    }
  }
}
