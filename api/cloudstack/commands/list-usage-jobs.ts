import { instant } from "../../../core/instant.ts";
import { readRuns } from "../../../core/run.ts";
import { staff } from "../../access/roles.ts";
import { defineCommand, listOf } from "../command.ts";
import { plainDate } from "../dates.ts";
import { halfOpen } from "../usage/usage-filter.ts";

/** Runs that are looked through, the latest first. */
const RUNS_MAX = 5000;

/** What aggregation did: its runs. */
export const listUsageJobs = defineCommand({
  name: "listUsageJobs",
  description: "Lists the runs of aggregation, the latest first",
  since: "4.23.0",
  roles: staff,
  paged: true,
  params: {
    startdate: { type: "date", description: "Runs that began before are left out" },
    enddate: { type: "date-end", description: "Runs that began after are left out" },
    usageserver: { type: "string", description: "Host that did them" },
    duration: { type: "integer", description: "Runs that took fewer seconds are left out" },
  },
  response: [
    { name: "id", type: "string", description: "Id of the run" },
    { name: "usageserver", type: "string", description: "Host that did it" },
    { name: "state", type: "string", description: "running, published, unchanged, discarded or failed" },
    { name: "success", type: "boolean", description: "Whether it ended well" },
    { name: "startdate", type: "date", description: "Where the windows begin that it computed" },
    { name: "enddate", type: "date", description: "Where they end" },
    { name: "created", type: "date", description: "When it began" },
    { name: "duration", type: "long", description: "Seconds it took" },
  ],
  run: async ({ system, zone, page }, { startdate, enddate, usageserver, duration = 0 }) => {
    const runs = await readRuns(system.store, { kind: "aggregate" }, RUNS_MAX);
    const { from_ms, to_ms } = halfOpen({ start: startdate ?? instant(0), end: enddate ?? system.clock.now() });
    const items = runs
      .map((run) => ({
        run,
        host: run.holder.split("/")[0] ?? "",
        seconds: Math.floor((run.changed_ms - run.began_ms) / 1000),
      }))
      .filter(({ run, host, seconds }) => {
        const within = run.began_ms >= from_ms && run.began_ms < to_ms;
        return within && (usageserver === undefined || usageserver === host) && seconds >= duration;
      })
      .map(({ run, host, seconds }) => ({
        id: run.id,
        usageserver: host,
        state: run.state,
        success: run.state === "published" || run.state === "unchanged" || run.state === "discarded",
        startdate: plainDate(run.from_ms, zone),
        enddate: plainDate(run.to_ms, zone),
        created: plainDate(run.began_ms, zone),
        duration: seconds,
      }));
    return listOf("usagejob", items, page);
  },
});
