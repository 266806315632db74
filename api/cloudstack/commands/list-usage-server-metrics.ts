import { hostname } from "node:os";
import { readRuns } from "../../../core/run.ts";
import { staff } from "../../access/roles.ts";
import { defineCommand } from "../command.ts";
import { plainDate } from "../dates.ts";

/** How aggregation stands: CloudStack's usage server is a job here. */
export const listUsageServerMetrics = defineCommand({
  name: "listUsageServerMetrics",
  description: "Lists usage server metrics",
  since: "4.17.0",
  roles: staff,
  params: {},
  response: [
    { name: "hostname", type: "string", description: "Host that aggregated last" },
    { name: "state", type: "string", description: "Up, or Down where scheduled runs are overdue or failing" },
    { name: "collectiontime", type: "date", description: "When this was found out" },
    { name: "lastheartbeat", type: "date", description: "The last sign of life of a run" },
    { name: "lastsuccessfuljob", type: "date", description: "When a scheduled run was last done" },
  ],
  run: async ({ system, zone }) => {
    const [states, [run]] = await Promise.all([
      system.jobHealth.read(),
      readRuns(system.store, { kind: "aggregate" }, 1),
    ]);
    const job = states.find((one) => one.job === "aggregate");
    const item = {
      hostname: run?.holder.split("/")[0] || hostname(),
      state: job?.state === "on-time" ? "Up" : "Down",
      collectiontime: plainDate(system.clock.now(), zone),
      lastheartbeat: run === undefined ? undefined : plainDate(run.changed_ms, zone),
      lastsuccessfuljob:
        job?.last_success === null || job === undefined ? undefined : plainDate(job.last_success, zone),
    };
    return { kind: "object", name: "usageMetrics", item };
  },
});
