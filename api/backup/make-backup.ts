import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import Type from "typebox";
import { freeBytesOf } from "../../core/disk-room.ts";
import { AppError } from "../../core/errors.ts";
import type { FrozenFile } from "../../core/freeze-store.ts";
import { formatInstant } from "../../core/instant.ts";
import { readMigrations } from "../../core/migrate.ts";
import { defineQuery } from "../../core/sql.ts";
import type { System } from "../system.ts";
import { copyFileSealed, forAll, syncFolder, writeSealed } from "./copy-file.ts";
import { rememberBackup } from "./last-backup.ts";
import { FILES, MANIFEST, type Manifest, writeManifest } from "./manifest.ts";

const selectVersion = defineQuery("api/engine_version", Type.Object({}), Type.Object({ version: Type.String() }));

/** In the folder of a backup that is being made; only a folder with it is removed as one that was cut short. */
const MARK = "unfinished-backup";
/** What stays free for what else is written meanwhile. */
const SPARE_BYTES = 64 * 1024 * 1024;

/** How far a backup is. */
export type OnProgress = (so_far: { done_bytes: number; total_bytes: number }) => void;

type Deps = Pick<System, "store" | "eventLog" | "clock">;

/**
 * Copies the data directory as of one instant into a new folder, each file with its SHA-256, while all else goes on. The folder gets its
 * name once everything is on the disk; the manifest is what makes it a backup.
 * @throws AppError state-refused of a store on a server, conflict where the folder has something in it, disk-full
 */
export async function makeBackup(
  { store, eventLog, clock }: Deps,
  { dir, on_progress }: { dir: string; on_progress: OnProgress },
): Promise<Manifest> {
  if (store.freeze === null)
    throw new AppError(
      "state-refused",
      "the store is on a ClickHouse server, which has BACKUP of its own: see README.md, Backups",
    );
  const target = resolve(dir);
  requireNew(target, store.data_dir);
  const unfinished = `${target}.unfinished`;
  await removeUnfinished(unfinished);
  await mkdir(unfinished, { recursive: true });
  const id = `backup_${randomBytes(8).toString("hex")}`;
  try {
    await writeSealed(join(unfinished, MARK), `${id}\n`);
    // Before the instant, so that all below it is there.
    const bound = await eventLog.bound();
    const [engine] = await selectVersion(store.read, {});
    const frozen = await store.freeze(id);
    try {
      const made_ms = clock.now();
      const files = await copyAll(frozen.files, join(unfinished, FILES), on_progress);
      const said = {
        format: 1 as const,
        id,
        made_at: formatInstant(made_ms),
        engine: engine?.version ?? "unknown",
        schema_version: readMigrations().at(-1)?.version ?? 0,
        bound,
        files,
        links: [...frozen.links],
      };
      const text = writeManifest(said);
      await writeSealed(join(unfinished, MANIFEST), text);
      await rm(join(unfinished, MARK));
      await syncFolder(unfinished);
      await rename(unfinished, target);
      await syncFolder(dirname(target));
      rememberBackup(store.data_dir, { dir: target, made_ms });
      return JSON.parse(text) as Manifest;
    } finally {
      frozen.drop();
    }
  } catch (error) {
    await removeUnfinished(unfinished);
    throw error;
  }
}

async function copyAll(
  files: readonly FrozenFile[],
  into: string,
  on_progress: OnProgress,
): Promise<Manifest["files"]> {
  const total_bytes = files.reduce((sum, { from }) => sum + statSync(from).size, 0);
  const free_bytes = freeBytesOf(dirname(into));
  if (free_bytes < total_bytes + SPARE_BYTES)
    throw new AppError(
      "disk-full",
      `${mib(free_bytes)} are free in ${dirname(into)}, the backup takes ${mib(total_bytes)}`,
    );
  const copied: Manifest["files"] = [];
  let done_bytes = 0;
  await forAll(files, async ({ from, path }) => {
    const { bytes, sha256 } = await copyFileSealed(from, join(into, path));
    copied.push({ path, bytes, sha256 });
    done_bytes += bytes;
    on_progress({ done_bytes, total_bytes });
  });
  return copied.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function requireNew(target: string, data_dir: string): void {
  const inside = relative(data_dir, target);
  if (!inside.startsWith("..") && inside !== target)
    throw new AppError(
      "invalid-request",
      `${target} is in the data directory ${data_dir}, expected a folder elsewhere`,
      {
        field: "dir",
      },
    );
  if (existsSync(target) && (!statSync(target).isDirectory() || readdirSync(target).length > 0))
    throw new AppError("conflict", `${target} is there and not empty: each backup goes into a folder of its own`);
}

/** @throws AppError conflict where the folder is none of ours */
async function removeUnfinished(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const names = readdirSync(folder);
  if (names.length > 0 && !names.includes(MARK) && !names.includes(MANIFEST))
    throw new AppError("conflict", `${folder} is no unfinished backup of ${basename(folder)}: move it away`);
  await rm(folder, { recursive: true, force: true });
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576)} MiB`;
}
