import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import Type from "typebox";
import { freeBytesOf } from "../../core/disk-room.ts";
import { AppError } from "../../core/errors.ts";
import type { Frozen, FrozenFile } from "../../core/freeze-store.ts";
import { formatInstant, type InstantMs } from "../../core/instant.ts";
import { makeFolder } from "../../core/make-folder.ts";
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

/** A state that is frozen, and has yet to be copied. */
export interface BegunBackup {
  readonly made_ms: InstantMs;
  readonly total_bytes: number;
  /** Copies it; the folder gets its name once everything is on the disk, or is gone. Must be called, since it gives the frozen state free. */
  copy(on_progress: OnProgress): Promise<Manifest>;
}

/**
 * Begins to copy the data directory as of now into a new folder, each file with its SHA-256, while all else goes on. The manifest is what
 * makes it a backup.
 * @throws AppError state-refused of a store on a server, conflict where the folder cannot be one or has something in it, disk-full
 */
export async function beginBackup({ store, eventLog, clock }: Deps, dir: string): Promise<BegunBackup> {
  if (store.freeze === null)
    throw new AppError(
      "state-refused",
      "the store is on a ClickHouse server, which has BACKUP of its own: see README.md, Backups",
    );
  const target = resolve(dir);
  requireNew(target, store.data_dir);
  const unfinished = `${target}.unfinished`;
  await removeUnfinished(unfinished);
  makeFolder(unfinished);
  const id = `backup_${randomBytes(8).toString("hex")}`;
  let frozen: Frozen | null = null;
  const end = async (): Promise<void> => {
    frozen?.drop();
    await removeUnfinished(unfinished);
  };
  try {
    await writeSealed(join(unfinished, MARK), `${id}\n`);
    // Before the instant, so that all below it is there.
    const bound = await eventLog.bound();
    const [engine] = await selectVersion(store.read, {});
    frozen = await store.freeze(id);
    const made_ms = clock.now();
    const { files, links } = frozen;
    const total_bytes = files.reduce((sum, { from }) => sum + statSync(from).size, 0);
    requireRoom(unfinished, total_bytes);
    const said = {
      format: 1 as const,
      id,
      made_at: formatInstant(made_ms),
      engine: engine?.version ?? "unknown",
      schema_version: readMigrations().at(-1)?.version ?? 0,
      bound,
      links: [...links],
    };
    const copy = async (on_progress: OnProgress): Promise<Manifest> => {
      try {
        const copied = await copyAll(files, join(unfinished, FILES), (done_bytes) =>
          on_progress({ done_bytes, total_bytes }),
        );
        const text = writeManifest({ ...said, files: copied });
        await writeSealed(join(unfinished, MANIFEST), text);
        await rm(join(unfinished, MARK));
        await syncFolder(unfinished);
        await rename(unfinished, target);
        await syncFolder(dirname(target));
        rememberBackup(store.data_dir, { dir: target, made_ms });
        return JSON.parse(text) as Manifest;
      } catch (error) {
        throw ofDisk(error);
      } finally {
        await end();
      }
    };
    return { made_ms, total_bytes, copy };
  } catch (error) {
    await end();
    throw error;
  }
}

async function copyAll(
  files: readonly FrozenFile[],
  into: string,
  on_progress: (done_bytes: number) => void,
): Promise<Manifest["files"]> {
  const copied: Manifest["files"] = [];
  let done_bytes = 0;
  await forAll(files, async ({ from, path }) => {
    const { bytes, sha256 } = await copyFileSealed(from, join(into, path));
    copied.push({ path, bytes, sha256 });
    done_bytes += bytes;
    on_progress(done_bytes);
  });
  return copied.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function requireRoom(folder: string, needed_bytes: number): void {
  const free_bytes = freeBytesOf(folder);
  if (free_bytes < needed_bytes + SPARE_BYTES)
    throw new AppError("disk-full", `${mib(free_bytes)} are free in ${folder}, the backup takes ${mib(needed_bytes)}`);
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

/** What the file system refused in its own words, for the admin who asked. */
function ofDisk(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new AppError(code === "ENOSPC" ? "disk-full" : "internal", message, { cause: error });
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576)} MiB`;
}
