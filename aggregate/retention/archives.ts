import Type, { type Static } from "typebox";
import { monthBounds } from "../../core/calendar.ts";
import type { Clock } from "../../core/clock.ts";
import { AppError, type ProblemKey } from "../../core/errors.ts";
import { formatInstant, formatMs, type InstantMs } from "../../core/instant.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

const State = Type.Union([
  Type.Literal("written"),
  Type.Literal("archived"),
  Type.Literal("restoring"),
  Type.Literal("restored"),
]);

/** A UTC month of raw events that left the store, and the file it is in. */
export const Archive = Type.Object(
  {
    month: Type.String({ description: "UTC month in which the events happened" }),
    state: Type.Union(State.anyOf, {
      description:
        "written: the file is complete, the events are about to leave. archived: they are in the file alone. restoring: they are coming back. restored: they are in the store again",
    }),
    file: Type.String({ description: "Its name in the folder archive of the data directory" }),
    rows: Type.String({ description: "Events in it" }),
    bytes: Type.String(),
    sha256: Type.String({ description: "Of the file" }),
    row_checksum: Type.String({ description: "Sum of the 128-bit hashes of its rows, whatever their order" }),
    state_checksum: Type.String({ description: "The same of what was open at the end of the month" }),
    horizon: Type.String({ description: "The end of the month: facts before it are refused while it is archived" }),
    run_id: Type.String({ description: "The run that archived it" }),
    archived_at: Type.String(),
    changed_at: Type.String(),
    changed_by: Type.String(),
  },
  { $id: "Archive", additionalProperties: false },
);
export type Archive = Static<typeof Archive>;

const Text = Type.String();
const ArchiveRow = Type.Object({
  month: Text,
  version: Type.Integer(),
  state: State,
  file: Text,
  rows: Text,
  row_checksum: Text,
  key_checksum: Text,
  sha256: Text,
  bytes: Text,
  structure: Text,
  last_offset: Text,
  horizon_ms: Text,
  run_seq: Text,
  run_id: Text,
  state_checksum: Text,
  archived_ms: Text,
  changed_ms: Text,
  changed_by: Text,
});
/** An archive with all that archiving and restoring need of it. */
export type ArchiveRow = Static<typeof ArchiveRow>;

const selectArchives = defineQuery("aggregate/retention/archive_list", Type.Object({}), ArchiveRow);

/** Archives as they stand, oldest month first. */
export async function readArchives({ store }: { store: Store }): Promise<ArchiveRow[]> {
  return selectArchives(store.run, {});
}

/** Archives as they stand, as people see them, oldest month first. */
export async function listArchives({ store }: { store: Store }): Promise<Archive[]> {
  return (await selectArchives(store.read, {})).map(toArchive);
}

/**
 * The archives whose events are missing for whatever counts what happened before an instant, such as making the run of a
 * period again (P12), oldest first; none = all is there. State at an instant stands on all events before it.
 */
export async function archivesNeeded(deps: { store: Store }, { before }: { before: InstantMs }): Promise<Archive[]> {
  const archives = await listArchives(deps);
  return archives.filter(
    ({ month, state }) => state !== "restored" && monthBounds({ zone: "UTC", month }).start < before,
  );
}

/**
 * Refuses to count anew what happened since an instant where events of that time are in archive files alone; `what` says what stands
 * on them. @throws AppError of the key given, naming the archives to restore
 */
export async function requireRestored(
  deps: { store: Store },
  {
    from,
    before,
    what,
    key,
    field,
  }: { from: InstantMs; before: InstantMs; what: string; key: ProblemKey; field?: string },
): Promise<void> {
  const missing = (await archivesNeeded(deps, { before })).filter(({ horizon }) => horizon > formatInstant(from));
  if (missing.length === 0) return;
  throw new AppError(key, `${what}; restore ${nameArchives(missing)}`, field === undefined ? {} : { field });
}

/** `2026-08, 2026-09 (events-2026-08-….parquet, …)`: which archives, for the sentence of a refusal. */
function nameArchives(archives: readonly Pick<Archive, "month" | "file">[]): string {
  return `${archives.map(({ month }) => month).join(", ")} (${archives.map(({ file }) => file).join(", ")})`;
}

const columns = [
  "month",
  "version",
  "state",
  "file",
  "rows",
  "row_checksum",
  "key_checksum",
  "sha256",
  "bytes",
  "structure",
  "last_offset",
  "horizon_at",
  "run_seq",
  "run_id",
  "state_checksum",
  "archived_at",
  "changed_at",
  "changed_by",
];

/** Writes the next version of an archive, durably, and gives it. */
export async function writeArchive(
  { store, clock }: { store: Store; clock: Clock },
  archive: Omit<ArchiveRow, "changed_ms" | "changed_by">,
  by: string,
): Promise<ArchiveRow> {
  const row = { ...archive, version: archive.version + 1, changed_ms: String(clock.now()), changed_by: by };
  const values = [
    row.month,
    row.version,
    row.state,
    field(row.file),
    row.rows,
    row.row_checksum,
    row.key_checksum,
    row.sha256,
    row.bytes,
    field(row.structure),
    row.last_offset,
    timeField(Number(row.horizon_ms)),
    row.run_seq,
    row.run_id,
    row.state_checksum,
    timeField(Number(row.archived_ms)),
    timeField(Number(row.changed_ms)),
    field(row.changed_by),
  ];
  await insertLines(store.run, { table: "archive", columns }, `${values.join("\t")}\n`);
  return row;
}

/** An archive as people see it. */
export function toArchive(row: ArchiveRow): Archive {
  const { month, state, file, rows, bytes, sha256, row_checksum, state_checksum, run_id, changed_by } = row;
  const sums = { rows, bytes, sha256, row_checksum, state_checksum };
  const times = {
    horizon: formatMs(row.horizon_ms),
    archived_at: formatMs(row.archived_ms),
    changed_at: formatMs(row.changed_ms),
  };
  return { month, state, file, ...sums, run_id, ...times, changed_by };
}
