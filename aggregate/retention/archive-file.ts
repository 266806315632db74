import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { sha256OfFile, syncToDisk } from "../../core/kept-file.ts";
import { defineFileRead, defineFileWrite } from "../../core/file-transfer.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { ArchiveRow } from "./archives.ts";

const Text = Type.String();
const Month = Type.Object({ yyyymm: Type.Integer() });
const writeFile = defineFileWrite(
  "aggregate/retention/archive_write",
  Type.Object({ path: Text, structure: Text, ...Month.properties }),
  // What is left of a try that was cut short is written over.
  { engine_file_truncate_on_insert: 1 },
);
const selectTableSums = defineQuery(
  "aggregate/retention/archive_table_sums",
  Month,
  Type.Object({ rows: Text, row_checksum: Text, key_checksum: Text, last_offset: Text }),
);
const selectFileSums = defineQuery(
  "aggregate/retention/archive_file_sums",
  Type.Object({ path: Text, structure: Text }),
  Type.Object({ rows: Text, row_checksum: Text }),
);
const restoreEvents = defineFileRead(
  "aggregate/retention/restore_events",
  Type.Object({ path: Text, structure: Text }),
);

/** What a month in the store adds up to. */
export interface MonthSums {
  readonly rows: string;
  readonly row_checksum: string;
  readonly key_checksum: string;
  readonly last_offset: string;
}
type FileFacts = Pick<ArchiveRow, "file" | "structure" | "sha256" | "bytes">;

/** `2026-09` as the partition of table event is called. */
function partitionOf(month: string): string {
  return month.replace("-", "");
}

/** The sums of a UTC month of table event. */
export async function sumMonth({ store }: { store: Store }, month: string): Promise<MonthSums> {
  const [sums] = await selectTableSums(store.run, { yyyymm: Number(partitionOf(month)) });
  return sums ?? { rows: "0", row_checksum: "0", key_checksum: "0", last_offset: "0" };
}

/**
 * Writes a month of events to a file of the archive folder: under another name until it is complete and on the disk. `name`
 * must be new, so that no file an archive names is ever written over.
 */
export async function writeMonth(deps: { store: Store }, month: string, name: string): Promise<FileFacts> {
  const { store } = deps;
  const structure = await structureOf(store);
  return keepFile(store, name, (path) =>
    writeFile(store.run, { path, structure, yyyymm: Number(partitionOf(month)) }),
  ).then((facts) => ({ ...facts, structure }));
}

/** Lets `write` make a file and keeps it once it is whole: synced, then renamed. */
export async function keepFile(
  store: Store,
  name: string,
  write: (path: string) => Promise<void>,
): Promise<Omit<FileFacts, "structure">> {
  const folder = archiveFolder(store);
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await rm(`${path}.part`, { force: true });
  await write(`${path}.part`);
  await syncToDisk(`${path}.part`);
  await rename(`${path}.part`, path);
  await syncToDisk(folder);
  return { file: name, sha256: await sha256OfFile(path), bytes: String((await stat(path)).size) };
}

/**
 * Reads an archive's file again: its SHA-256, then its rows by the engine.
 * @throws AppError archive-damaged naming the file where it is not what was written
 */
export async function verifyFile(store: Store, archive: ArchiveRow): Promise<string> {
  const path = join(archiveFolder(store), archive.file);
  const damaged = (why: string, cause?: unknown): AppError =>
    new AppError("archive-damaged", `${archive.file} of ${archive.month} ${why}`, { cause });
  let sha256: string;
  try {
    sha256 = await sha256OfFile(path);
  } catch (cause) {
    throw damaged("cannot be read", cause);
  }
  if (sha256 !== archive.sha256) throw damaged(`has SHA-256 ${sha256}, it was written with ${archive.sha256}`);
  const sums = await sumFile(store, archive);
  if (sums.rows !== archive.rows || sums.row_checksum !== archive.row_checksum)
    throw damaged(
      `holds ${sums.rows} rows that add up to ${sums.row_checksum}, it was written with ${archive.rows} and ${archive.row_checksum}`,
    );
  return path;
}

/** What the rows of a file of the archive folder add up to. */
export async function sumFile(
  store: Store,
  { file, structure }: Pick<ArchiveRow, "file" | "structure">,
): Promise<Pick<MonthSums, "rows" | "row_checksum">> {
  const [sums] = await selectFileSums(store.files(store.run), { path: join(archiveFolder(store), file), structure });
  return sums ?? { rows: "0", row_checksum: "0" };
}

/** Puts the rows of a file into table event. */
export async function insertFile(store: Store, path: string): Promise<void> {
  await restoreEvents(store.run, { path, structure: await structureOf(store) });
}

/** Lets go of a month of table event. */
export async function dropMonth(store: Store, month: string): Promise<void> {
  await store.run.command({ query: `ALTER TABLE event DROP PARTITION ID '${partitionOf(month)}'` });
}

/** Where archives are: beside the store, or in the folder of the process that has it on a server. */
export function archiveFolder({ data_dir }: Store): string {
  return join(data_dir, "archive");
}

/** The columns of table event that a file holds; what the store derives from them is derived again. */
async function structureOf(store: Store): Promise<string> {
  const result = await store.run.query({ query: "DESCRIBE TABLE event", format: "JSONEachRow" });
  const found = await result.json<{ name: string; type: string; default_type: string }>();
  return found
    .filter(({ default_type }) => default_type === "")
    .map(({ name, type }) => `${name} ${type}`)
    .join(", ");
}
