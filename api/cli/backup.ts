import { resolve } from "node:path";
import type { Command } from "commander";
import type { Config } from "../../core/config.ts";
import { AppError } from "../../core/errors.ts";
import type { Backup } from "../backup/backups.ts";
import type { Operation } from "../operations/operation.ts";
import type { Manifest } from "../backup/manifest.ts";
import { restoreBackup } from "../backup/restore-backup.ts";
import { takeDataLock } from "../data-lock.ts";
import { openSystem, sharing, storeConfig } from "../open-system.ts";
import { createLog } from "../../core/log.ts";
import { type Cli, resultCommand } from "./cli.ts";
import type { Client } from "../client/client.ts";
import { createProgressBar } from "./progress-bar.ts";

const LOOK_MS = 200;

/** `tally backup DIR`: the data directory as of one instant, while all else goes on. */
export function backupCommand(cli: Cli): Command {
  return resultCommand("backup", "copy the data directory as of now into a new folder, also while the server runs")
    .argument("<dir>", "a folder that is not there, or empty; on the machine of the server")
    .action(async (dir: string, options: { json?: boolean }) => {
      requireEmbedded(cli.config());
      // Where the server is elsewhere, so is the folder: only it can say what is none.
      const folder = cli.config().server_url === null ? resolve(dir) : dir;
      const done = await cli.reach(({ client }) => follow(cli, client, folder));
      cli.show(done, options, (backup) => {
        const size = `${backup.files} files, ${mib(Number(backup.bytes))}`;
        return `${backup.dir}: all that was there at ${backup.frozen_at} (${size})\nTo bring it back into an empty data directory: tally restore ${backup.dir}\n`;
      });
    });
}

/** A copy of the data directory is none of a store that lies elsewhere. @throws AppError bad-configuration */
function requireEmbedded({ clickhouse_url }: Pick<Config, "clickhouse_url">): void {
  if (clickhouse_url === null) return;
  throw new AppError(
    "bad-configuration",
    "TALLY_CLICKHOUSE_URL: the store is on a ClickHouse server, which has BACKUP and RESTORE of its own (README.md, Backups)",
  );
}

/** Begins it, and follows it to its end with a bar where a person watches. @throws AppError internal where it failed */
async function follow(cli: Cli, client: Client, dir: string): Promise<Backup> {
  const bar = createProgressBar(cli.output);
  const { id } = (await client.call({ method: "POST", path: "/v1/backups", body: JSON.stringify({ dir }) })) as Backup;
  const look = async (): Promise<Operation> =>
    (await client.call({ method: "GET", path: `/v1/operations/${id}` })) as Operation;
  let operation = await look();
  try {
    while (operation.state === "running") {
      bar.show(operation);
      await cli.clock.sleep(LOOK_MS);
      operation = await look();
    }
  } finally {
    bar.clear();
  }
  if (operation.state === "failed")
    throw new AppError("internal", `${id} failed: ${operation.error ?? "no reason given"}`);
  return operation.outcome as Backup;
}

/** `tally restore DIR`: a backup becomes the data directory, which must have nothing in it and no server on it. */
export function restoreCommand(cli: Cli): Command {
  return resultCommand("restore", "lay a backup into TALLY_DATA_DIR, which must be empty and without a server")
    .argument("<dir>", "the folder of the backup")
    .action(async (dir: string, options: { json?: boolean }) => {
      const config = cli.config();
      requireEmbedded(config);
      const lock = takeDataLock(config.data_dir);
      try {
        const bar = createProgressBar(cli.output);
        const show = (so_far: { done_bytes: number; total_bytes: number }): void => showBytes(bar, "restore", so_far);
        const manifest = await restoreBackup({ dir, data_dir: config.data_dir, on_progress: show }).finally(bar.clear);
        // What does not open was not restored: the schema is brought up to this version, and broken parts are told.
        const log = createLog("warn");
        await (await openSystem(storeConfig(config), { clock: cli.clock, log, ...sharing(config) })).close();
        cli.show({ ...told(manifest), data_dir: resolve(config.data_dir) }, options, renderRestored);
      } finally {
        lock.release();
      }
    });
}

type Restored = ReturnType<typeof told> & { data_dir: string };

function told({ id, made_at, schema_version, bound, files }: Manifest) {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { id, made_at, schema_version, bound, files: files.length, bytes };
}

function renderRestored({ data_dir, made_at, files, bytes }: Restored): string {
  return `${data_dir} is as it was at ${made_at} (${files} files, ${mib(bytes)}).\nSend what sources sent since then once more: what is known already is recognised by its id.\n`;
}

function showBytes(
  bar: ReturnType<typeof createProgressBar>,
  kind: string,
  { done_bytes, total_bytes }: { done_bytes: number; total_bytes: number },
): void {
  const [done, total] = [done_bytes, total_bytes].map((bytes) => String(Math.floor(bytes / 1_048_576)));
  const progress = { done: done ?? "0", total: total ?? "0", unit: "MiB", what: "copying" };
  bar.show({ kind, progress: total_bytes === 0 ? null : progress });
}

function mib(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
