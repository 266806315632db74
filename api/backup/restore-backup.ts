import { existsSync, readdirSync } from "node:fs";
import { mkdir, readdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { freeBytesOf } from "../../core/disk-room.ts";
import { AppError } from "../../core/errors.ts";
import { RESTORING } from "../../core/freeze-store.ts";
import { readMigrations } from "../../core/migrate.ts";
import { copyFileSealed, forAll, syncFolder } from "./copy-file.ts";
import type { OnProgress } from "./make-backup.ts";
import { FILES, type Manifest, readManifest } from "./manifest.ts";

/**
 * Lays the state of a backup into a data directory that has none, whose lock the caller holds. Every file is held to its SHA-256 on the
 * way, in a folder aside; only then does anything get its place, the store last. Cut short, the directory refuses to be opened until
 * the restore is run again.
 * @throws AppError not-found, backup-damaged, schema-mismatch where it is of a newer version, conflict where there is a store, disk-full
 */
export async function restoreBackup({
  dir,
  data_dir,
  on_progress,
}: {
  dir: string;
  data_dir: string;
  on_progress: OnProgress;
}): Promise<Manifest> {
  const manifest = readManifest(resolve(dir));
  const mine = readMigrations().at(-1)?.version ?? 0;
  if (manifest.schema_version > mine)
    throw new AppError(
      "schema-mismatch",
      `the backup has schema ${manifest.schema_version}, this version of Tallyhouse knows ${mine}`,
    );
  await makeEmpty(data_dir);
  const aside = join(data_dir, RESTORING);
  await mkdir(aside);
  await syncFolder(data_dir);
  try {
    await layAside(manifest, { from: join(resolve(dir), FILES), aside, on_progress });
  } catch (error) {
    // Nothing has its place yet: the directory is as it was.
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
  const names = (await readdir(aside)).toSorted((a, b) => Number(a === "store") - Number(b === "store"));
  for (const name of names) await rename(join(aside, name), join(data_dir, name));
  await syncFolder(data_dir);
  await rm(aside, { recursive: true });
  await syncFolder(data_dir);
  return manifest;
}

/** What a restore that was cut short left goes; anything else stays, and is refused. */
async function makeEmpty(data_dir: string): Promise<void> {
  const unfinished = existsSync(join(data_dir, RESTORING));
  const names = readdirSync(data_dir).filter((name) => !name.startsWith("tally.lock"));
  if (!unfinished && names.length > 0)
    throw new AppError(
      "conflict",
      `${resolve(data_dir)} has ${names.join(", ")} in it; move it away, or set TALLY_DATA_DIR to an empty folder`,
    );
  // The mark goes last, or what is left would look whole.
  for (const name of names.filter((name) => name !== RESTORING)) await rm(join(data_dir, name), { recursive: true });
  await rm(join(data_dir, RESTORING), { recursive: true, force: true });
}

async function layAside(
  { files, links }: Manifest,
  { from, aside, on_progress }: { from: string; aside: string; on_progress: OnProgress },
): Promise<void> {
  const total_bytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (freeBytesOf(aside) < total_bytes)
    throw new AppError("disk-full", `${Math.ceil(total_bytes / 1_048_576)} MiB are needed in ${aside}`);
  let done_bytes = 0;
  await forAll(files, async ({ path, bytes, sha256 }) => {
    const source = join(from, path);
    if (!existsSync(source)) throw new AppError("backup-damaged", `${source} is missing`);
    const copied = await copyFileSealed(source, join(aside, path));
    if (copied.bytes !== bytes || copied.sha256 !== sha256)
      throw new AppError("backup-damaged", `${source} is not what was written: its SHA-256 differs`);
    done_bytes += bytes;
    on_progress({ done_bytes, total_bytes });
  });
  for (const { path, target } of links) {
    await mkdir(dirname(join(aside, path)), { recursive: true });
    await symlink(target, join(aside, path));
  }
  for (const folder of new Set(files.map(({ path }) => dirname(join(aside, path))))) await syncFolder(folder);
}
