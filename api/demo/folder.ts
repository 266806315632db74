import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { AppError } from "../../core/errors.ts";
import { findHolder, inUse } from "../data-lock.ts";

/** What an installation keeps in its data directory. */
const ours = new Set(["store", "spool", "files", "archive", "exports", "secret", "last-backup.json", "tally.lock"]);

/** An empty folder for the demo beside the real data; a former demo in it is removed, anything else is not touched. @throws AppError */
export function freshDemoFolder(data_dir: string): string {
  const folder = resolve(data_dir, "demo");
  if (existsSync(folder)) {
    const holder = findHolder(folder);
    if (holder !== null) throw inUse(folder, holder);
    const stranger = readdirSync(folder).find((name) => !ours.has(name) && !name.startsWith("tally.lock."));
    if (stranger !== undefined)
      throw new AppError("conflict", `${join(folder, stranger)} is not of a demo, so ${folder} is not replaced`);
    rmSync(folder, { recursive: true });
  }
  mkdirSync(folder, { recursive: true });
  return folder;
}
