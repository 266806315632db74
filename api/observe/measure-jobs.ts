import Type from "typebox";
import { defineQuery } from "../../core/sql.ts";
import { ExportKind } from "../../rating/index.ts";
import type { System } from "../system.ts";
import type { Measure, MetricMaker } from "./measure.ts";

const countExports = defineQuery(
  "api/export_states",
  Type.Object({}),
  Type.Object({ kind: Type.String(), state: Type.String(), exports: Type.String() }),
);

/** What is scheduled: when it last went well, what is due and not done, how often it failed in this process; and exports. */
export function measureJobs(make: MetricMaker, { jobHealth, jobQueues, store }: System): Measure {
  return make.measure("jobs", ({ gauge, counter }) => {
    const last = gauge(
      "tally_job_last_success_timestamp_seconds",
      "When a scheduled run of the job was last done; absent until one is",
      ["job_name"],
    );
    const failures = counter("tally_job_failures_total", "Failed tries of scheduled runs since this process started", [
      "job_name",
    ]);
    const overdue = gauge(
      "tally_job_overdue",
      "1 while the job is overdue (usage.job.overdue) or keeps failing, else 0",
      ["job_name"],
    );
    const due = gauge("tally_job_due_ticks", "Scheduled runs that are due and not done", ["job_name"]);
    const queued = gauge(
      "tally_job_queue",
      "Bells of the job in Redis by state; absent without TALLY_REDIS_URL, and while Redis is away",
      ["job_name", "state"],
    );
    const exports = gauge("tally_exports", "Exports by kind and state", ["kind", "state"]);
    return async () => {
      for (const { job, state, last_success, due_ticks, failures_total } of await jobHealth.read()) {
        if (last_success !== null) last.set({ job_name: job }, last_success / 1000);
        failures.inc({ job_name: job }, failures_total);
        overdue.set({ job_name: job }, state === "on-time" ? 0 : 1);
        due.set({ job_name: job }, due_ticks);
        for (const [queue_state, count] of Object.entries((await jobQueues?.counts(job)) ?? {}))
          queued.set({ job_name: job, state: queue_state }, Number(count));
      }
      // There before the first one fails, or that one would be no increase of anything.
      for (const { const: kind } of ExportKind.anyOf) exports.set({ kind, state: "failed" }, 0);
      for (const { kind, state, exports: count } of await countExports(store.read, {}))
        exports.set({ kind, state }, Number(count));
    };
  });
}
