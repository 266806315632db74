import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../core/migrate.ts";
import { insertLines } from "../core/insert-lines.ts";
import { openStore, type Store } from "../core/store.ts";
import { copyLaidStore } from "./laid-store.ts";

export interface TestStore {
  readonly store: Store;
  close(): Promise<void>;
}

/** A store of its own on the embedded engine, with the whole schema; one per test file (one engine per process). */
export async function openTestStore(): Promise<TestStore> {
  const data_dir = mkdtempSync(join(tmpdir(), "tally-test-"));
  copyLaidStore(data_dir);
  const store = openStore({ url: null, data_dir });
  await migrate(store.write);
  return {
    store,
    close: async () => {
      await store.close();
      rmSync(data_dir, { recursive: true, force: true });
    },
  };
}

/** Rows as an aggregation run leaves them: one usage record of the account, and the run published. */
export async function publishUsage(store: Store, account_id: string): Promise<void> {
  const record = {
    table: "usage_record",
    columns: ["run_seq", "sign", "account_id", "window_start", "window_end", "usage_type", "resource", "quantity"],
  };
  await insertLines(
    store.write,
    record,
    `1\t1\t${account_id}\t2026-10-01 00:00:00.000\t2026-10-02 00:00:00.000\t1\tvm-1\t86400000\n`,
  );
  await insertLines(
    store.write,
    { table: "run", columns: ["run_seq", "step", "run_id", "kind", "state"] },
    "1\t1\trun_1\taggregate\tpublished\n",
  );
}
