import Type from "typebox";
import { defineQuery } from "../core/sql.ts";
import type { AggregateDeps } from "./context.ts";

const selectFailed = defineQuery(
  "aggregate/failed_runs",
  Type.Object({}),
  Type.Object({ run_id: Type.String(), run_seq: Type.String() }),
);

/** Tables a run of aggregation, of archiving, of closing or of the checks writes to under its own number. */
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
  "period_close",
];

/** Takes away what failed and dry runs wrote: it was never published, and counted for nobody. */
export async function clearFailedRuns({ store, runs }: AggregateDeps): Promise<void> {
  const failed = await selectFailed(store.run, {});
  if (failed.length === 0) return;
  const seqs = failed.map(({ run_seq }) => run_seq).join(", ");
  for (const table of tables) await store.run.command({ query: `DELETE FROM ${table} WHERE run_seq IN (${seqs})` });
  for (const { run_id } of failed) {
    const run = await runs.get(run_id);
    if (run !== null) await runs.step(run, { counts: { ...run.counts, cleared: "1" } });
  }
}
