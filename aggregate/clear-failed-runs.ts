import Type from "typebox";
import { defineQuery } from "../core/sql.ts";
import type { AggregateDeps } from "./context.ts";

const selectFailed = defineQuery(
  "aggregate/failed_runs",
  Type.Object({}),
  Type.Object({ run_id: Type.String(), run_seq: Type.String() }),
);

/** Tables a run of aggregation writes to under its own number. */
const tables = [
  "usage_record",
  "slice",
  "run_window",
  "run_touched",
  "account_zone",
  "zone_range",
  "resource_state",
  "checkpoint",
  "resource_state_repair",
  "horizon_interval",
];

/** Takes away what failed and dry runs wrote: it was never published, and counted for nobody. */
export async function clearFailedRuns({ store, runs }: AggregateDeps): Promise<void> {
  for (const { run_id, run_seq } of await selectFailed(store.run, {})) {
    for (const table of tables) await store.run.command({ query: `DELETE FROM ${table} WHERE run_seq = ${run_seq}` });
    const run = await runs.get(run_id);
    if (run !== null) await runs.step(run, { counts: { ...run.counts, cleared: "1" } });
  }
}
