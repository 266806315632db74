import type { Command } from "commander";
import { migrate, readMigrations } from "../../core/migrate.ts";
import { openStore } from "../../core/store.ts";
import { takeDataLock } from "../data-lock.ts";
import { storeConfig } from "../open-system.ts";
import { type Cli, resultCommand } from "./cli.ts";

/** `tally migrate`: brings the store's schema to this version and does nothing else; each start does it too. */
export function migrateCommand(cli: Cli): Command {
  return resultCommand("migrate", "bring the store's schema to this version (each start does it too)").action(
    async (options: { json?: boolean }) => {
      const config = cli.config();
      const lock = takeDataLock(config.data_dir);
      try {
        const store = openStore(storeConfig(config));
        try {
          const result = { applied: await migrate(store.run), version: readMigrations().at(-1)?.version ?? 0 };
          cli.show(result, options, ({ applied, version }) => `schema at ${version}, ${applied} applied now\n`);
        } finally {
          await store.close();
        }
      } finally {
        lock.release();
      }
    },
  );
}
