import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatInstant, type InstantMs, parseInstant } from "../../core/instant.ts";

/** The last whole backup of a data directory: where it went, and the instant it is of. */
export interface LastBackup {
  readonly dir: string;
  readonly made_ms: InstantMs;
}

const fileIn = (data_dir: string): string => join(data_dir, "last-backup.json");

/** Null where none was made, or what was written down of it cannot be read. */
export function readLastBackup(data_dir: string): LastBackup | null {
  try {
    const { dir, made_at } = JSON.parse(readFileSync(fileIn(data_dir), "utf8")) as Record<string, string>;
    const made_ms = parseInstant(made_at ?? "");
    return dir === undefined || made_ms === null ? null : { dir, made_ms };
  } catch {
    return null;
  }
}

/** Remembers a backup in the data directory. */
export function rememberBackup(data_dir: string, { dir, made_ms }: LastBackup): void {
  const draft = `${fileIn(data_dir)}.draft`;
  writeFileSync(draft, `${JSON.stringify({ dir, made_at: formatInstant(made_ms) })}\n`);
  renameSync(draft, fileIn(data_dir));
}
