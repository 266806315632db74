import Type from "typebox";
import { assert } from "../../core/errors.ts";
import type { Run, RunLedger } from "../../core/runs.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

const RunScope = { run_seq: Type.String(), period: Type.String() };
const Between = { ...RunScope, former_seq: Type.String() };
const writeAccounts = defineCommand("rating/rerate/write_accounts", Type.Object(Between));
const clearDiffering = defineCommand("rating/rerate/clear_differing", Type.Object({}));
const findDiffering = defineCommand("rating/rerate/find_differing", Type.Object(Between));
const countDiffering = defineQuery(
  "rating/rerate/count_differing",
  Type.Object({}),
  Type.Object({ records: Type.String() }),
);
const writeRecords = defineCommand(
  "rating/rerate/write_records",
  Type.Object({ ...Between, slice: Type.Integer(), mask: Type.Integer() }),
);
const checkRecords = defineQuery(
  "rating/rerate/check_records",
  Type.Object(Between),
  Type.Object({
    wrong_amounts: Type.String(),
    wrong_quantities: Type.String(),
    wrong_records: Type.String(),
    wrong_links: Type.String(),
    records_reversed: Type.String(),
    records_new: Type.String(),
  }),
);
const findStale = defineQuery(
  "rating/rerate/stale_differences",
  Type.Object({}),
  Type.Object({ ...RunScope, run_id: Type.String() }),
);
const dropRecords = defineCommand("rating/rerate/drop_records", Type.Object(RunScope));
const dropAccounts = defineCommand("rating/rerate/drop_accounts", Type.Object(RunScope));

interface Kept {
  readonly store: Store;
  readonly ledger: RunLedger;
}

/** So many records of both runs are compared one by one at once: their hashes are what memory holds. */
const SLICE_RECORDS = 4_000_000;

/**
 * Keeps what a run of a period says otherwise than the former one: a reversal of each billing record that differs and the new one in its
 * place, and what statements come to before and after. Both runs' rows must be there. Gives what the run counts of it, and which run it
 * was held against. @throws when before + reversals + new is not after, for any account, payer and currency, to the last digit
 */
export async function keepDifference(
  { store, ledger }: Kept,
  { run, former, slice_records = SLICE_RECORDS }: { run: Run; former: Run; slice_records?: number },
): Promise<Record<string, string>> {
  const scope = { run_seq: run.seq.toString(), former_seq: former.seq.toString(), period: run.period };
  await clearDiffering(store.run, {});
  await findDiffering(store.run, scope);
  const [differing] = await countDiffering(store.run, {});
  const slices = slicesOf(Number(differing?.records ?? "0"), slice_records);
  await writeAccounts(store.run, scope);
  for (let slice = 0; slice < slices; slice += 1) {
    await ledger.beat(run, { what: "comparing with the run before", done: slice, total: slices, unit: "parts" });
    await writeRecords(store.run, { ...scope, slice, mask: slices - 1 });
  }
  const [found] = await checkRecords(store.run, scope);
  assert(found !== undefined, "the store says whether the difference adds up");
  const { records_reversed, records_new, ...wrong } = found;
  const faults = Object.entries(wrong).filter(([, count]) => count !== "0");
  assert(
    faults.length === 0,
    `before, reversals and new records do not add up to after: ${faults.map((fault) => fault.join(" ")).join(", ")}`,
  );
  return { records_reversed, records_new, compared_with: former.id };
}

/** In how many parts so many records are compared: a power of two, since an id's last bits say which it is in; none for none. */
function slicesOf(records: number, slice_records: number): number {
  return records === 0 ? 0 : 2 ** Math.max(0, Math.ceil(Math.log2(records / slice_records)));
}

/** Drops what failed runs and older dry ones kept; of the latter the ledger says first that they are cleared, for whoever reads them. */
export async function dropStaleDifferences({ store, ledger }: Kept): Promise<void> {
  for (const { run_id, ...stale } of await findStale(store.run, {})) {
    const run = await ledger.get(run_id);
    if (run?.state === "discarded") await ledger.step(run, { counts: { ...run.counts, cleared: "1" } });
    await dropRecords(store.run, stale);
    await dropAccounts(store.run, stale);
  }
}
