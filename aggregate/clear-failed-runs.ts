import Type from "typebox";
import { createInTurn, type InTurn } from "../core/in-turn.ts";
import type { Run } from "../core/runs.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
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

/** Where two would clear the same rows the second waits, and finds them gone. */
const turns = new WeakMap<Store, InTurn>();

/** Takes away what failed and dry runs wrote: it was never published, and counts for nobody but who reads a dry run. */
export async function clearFailedRuns(deps: AggregateDeps): Promise<void> {
  await clear(deps, () => true);
}

/** Takes away what one dry run wrote, once nobody needs it any more; the next run would. */
export async function clearDryRun(deps: AggregateDeps, run: Run): Promise<void> {
  await clear(deps, ({ run_id }) => run_id === run.id);
}

/**
 * The ledger says first that the rows go (cleared 0), and at last that they are gone (1): who finds a run unmarked behind what it read
 * has read all of it. A crash in between leaves the rest to the next clearing.
 */
async function clear(
  { store, runs }: AggregateDeps,
  chosen: (failed: { readonly run_id: string }) => boolean,
): Promise<void> {
  const inTurn = turns.get(store) ?? createInTurn();
  turns.set(store, inTurn);
  await inTurn(async () => {
    const failed = (await selectFailed(store.run, {})).filter(chosen);
    if (failed.length === 0) return;
    const mark = async (cleared: "0" | "1"): Promise<void> => {
      for (const { run_id } of failed) {
        const run = await runs.get(run_id);
        if (run !== null && run.counts["cleared"] !== cleared)
          await runs.step(run, { counts: { ...run.counts, cleared } });
      }
    };
    await mark("0");
    const seqs = failed.map(({ run_seq }) => run_seq).join(", ");
    for (const table of tables) await store.run.command({ query: `DELETE FROM ${table} WHERE run_seq IN (${seqs})` });
    await mark("1");
  });
}
