import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store } from "../../core/store.ts";
import { type ServerProcess, spawnClickHouseServer } from "./process.ts";

/** A store on a server of its own process, and the server. */
export interface ServedStore {
  readonly store: Store;
  readonly server: ServerProcess;
  /** The folder that our side of the connection has for itself. */
  readonly data_dir: string;
  close(): Promise<void>;
}

/** Starts a server in a folder of its own and opens a store on it. */
export async function openServedStore(): Promise<ServedStore> {
  const folder = mkdtempSync(join(tmpdir(), "tally-server-"));
  const data_dir = join(folder, "ours");
  const server = await spawnClickHouseServer(join(folder, "theirs"));
  const store = openStore({ url: server.url, data_dir });
  return {
    store,
    server,
    data_dir,
    close: async () => {
      await store.close();
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
