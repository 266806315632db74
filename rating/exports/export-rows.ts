import Type, { type Static } from "typebox";
import type { Clock } from "../../core/clock.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { formatMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { Export, ExportedFile } from "./export.ts";
import type { WrittenExport } from "./write-export.ts";

/** Where the next page of exports begins. */
export const ExportPlace = Type.Object({ asked_ms: Type.String(), id: Type.String() });
export type ExportPlace = Static<typeof ExportPlace>;

const Text = Type.String();
const Row = Type.Object({
  id: Text,
  version: Text,
  kind: Text,
  format: Text,
  body: Text,
  state: Text,
  asked_ms: Text,
  asked_by: Text,
  changed_ms: Text,
  error: Text,
});
const selectExports = defineQuery(
  "rating/exports/exports",
  Type.Object({ id: Text, state: Text, before_ms: Text, before_id: Text, limit: Type.Integer() }),
  Row,
);
const columns = "export_id version kind format body state file rows bytes sha256 error changed_at changed_by".split(
  " ",
);

/** What of an export only its JSON says. `holder`: the place (host and data directory) of the process that writes it, and has its files. */
interface Body extends Pick<Export, "period" | "options" | "files" | "totals"> {
  readonly holder: string;
  /** Of one that is on its way. */
  readonly progress?: Export["progress"];
  /** Of one that was removed since. */
  readonly ended_at?: string | null;
  readonly removed_by?: string;
}

/** An export with whose it is to write, its latest version, and when it last gave a sign. */
export interface StoredExport {
  readonly shown: Export;
  readonly holder: string;
  readonly version: number;
  readonly changed_ms: number;
}

/** The rows of exports in the store. */
export interface ExportRows {
  /** Those asked for last first. */
  select(asked: { id?: string; state?: string; before?: ExportPlace | null; limit?: number }): Promise<StoredExport[]>;
  /** Writes the next row of an export: it begins, tells how far it is, has ended, or its files are removed. */
  write(next: Omit<StoredExport, "changed_ms">, by: string): Promise<void>;
}

/** Exports in their table. */
export function createExportRows({ store, clock }: { store: Store; clock: Clock }): ExportRows {
  return {
    select: async ({ id = "", state = "", before = null, limit = 1 }) => {
      const place = { before_ms: before?.asked_ms ?? "0", before_id: before?.id ?? "" };
      return (await selectExports(store.read, { id, state, ...place, limit })).map(toStored);
    },
    write: async ({ shown, holder, version }, by) => {
      const { id, kind, format, state, period, options, files, totals, rows, bytes, sha256, error, progress } = shown;
      const gone = state === "removed" ? { ended_at: shown.ended_at, removed_by: by } : {};
      const told = state === "running" && progress !== null ? { progress } : {};
      const body: Body = { period, options, files, totals, holder, ...told, ...gone };
      const data = files.find(({ role }) => role === "data");
      const head = [id, version, kind, format, field(JSON.stringify(body)), state, field(data?.name ?? "")];
      const sizes = [rows ?? "0", bytes ?? "0", sha256 ?? "", field(error ?? ""), timeField(clock.now()), field(by)];
      await insertLines(store.write, { table: "export_file", columns }, `${[...head, ...sizes].join("\t")}\n`);
    },
  };
}

/** Sums over the data files; a checksum where there is one. */
function sizesOf({ files }: Pick<WrittenExport, "files">): Pick<Export, "rows" | "bytes" | "sha256"> {
  const data = files.filter(({ role }) => role === "data");
  if (data.length === 0) return { rows: null, bytes: null, sha256: null };
  const sum = (of: (file: ExportedFile) => string): string =>
    data.reduce((all, file) => all + BigInt(of(file)), 0n).toString();
  const [only, ...more] = data;
  return {
    rows: sum(({ rows }) => rows),
    bytes: sum(({ bytes }) => bytes),
    sha256: only === undefined || more.length > 0 ? null : only.sha256,
  };
}

function toStored(row: Static<typeof Row>): StoredExport {
  const { id, asked_ms, asked_by, changed_ms, error } = row;
  const body = JSON.parse(row.body) as Body;
  const { period, options, files, totals, holder, progress = null } = body;
  const state = row.state as Export["state"];
  const changed_at = formatMs(changed_ms);
  return {
    holder,
    version: Number(row.version),
    changed_ms: Number(changed_ms),
    shown: {
      id,
      kind: row.kind as Export["kind"],
      period,
      format: row.format as Export["format"],
      options,
      state,
      progress,
      ...sizesOf({ files }),
      totals,
      files,
      error: error === "" ? null : error,
      asked_at: formatMs(asked_ms),
      asked_by,
      ended_at: state === "running" ? null : state === "removed" ? (body.ended_at ?? null) : changed_at,
      removed_at: state === "removed" ? changed_at : null,
      removed_by: state === "removed" ? (body.removed_by ?? "") : null,
    },
  };
}
