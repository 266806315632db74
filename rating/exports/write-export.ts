import { join } from "node:path";
import { type FileFormat, readSoFar } from "../../core/file-export.ts";
import type { Progress, Tell } from "../../core/progress.ts";
import type { Registry } from "../../core/registry.ts";
import type { Store } from "../../core/store.ts";
import type { FocusVersion } from "../focus/columns.ts";
import { writeCompanions } from "../focus/companions.ts";
import { focusTypes } from "../focus/services.ts";
import type { ExportedFile, ExportInput } from "./export.ts";
import { fileColumn } from "./export-column.ts";
import { keepFolder, sealFile } from "./export-folder.ts";
import { columnsOfExport, type ExportFacts, registryOf, writeRows } from "./kinds.ts";
import { withLayout } from "./lay-out.ts";
import type { Reconciled } from "./export-sums.ts";
import { reconcile } from "./reconcile.ts";

/** What writing an export stands on; the settings as they are when it begins. */
export interface WritingDeps {
  readonly store: Store;
  readonly usageTypes: Pick<Registry, "list">;
  /** Zone of accounts that name none, who sells where no document says it, and what FOCUS calls operators' own usage types. */
  readonly settings: () => Promise<{ default_zone: string; provider: string; service_categories: string }>;
  readonly now_ms: number;
  readonly tell: Tell;
}

/** What was written: the files, and what their rows come to. */
export interface WrittenExport {
  readonly files: readonly ExportedFile[];
  readonly totals: Reconciled["totals"];
}

/**
 * Writes an export: fix the runs it is of, let the engine write each file, read them back and hold them to the statements, write what goes
 * with them, seal, and only then give all of it its name.
 * @throws AppError export-does-not-reconcile, not-found where the month is not rated
 */
export async function writeExport(deps: WritingDeps, id: string, input: ExportInput): Promise<WrittenExport> {
  const { store, usageTypes, tell, now_ms } = deps;
  const { kind, period, format, options = {} } = input;
  const { focus_version: version = "1.4", account_id: payer = "", parts = 1 } = options;
  const { default_zone, provider, service_categories } = await deps.settings();
  const types = usageTypes.list();
  const asked = {
    export_id: id,
    kind,
    period,
    payer,
    default_zone,
    focus_types: focusTypes(types, service_categories),
  };
  tell(() => ({ what: "laying out the month", done: 0, total: 1, unit: "steps" }));
  return withLayout(store, asked, async (laidOut) => {
    // of a month that goes on what is booked by now, so that nothing comes between writing the rows and counting them
    const to_ms = kind === "journal" ? Math.min(laidOut.to_ms, now_ms + 1) : laidOut.to_ms;
    const given = { ...laidOut, to_ms, export_id: id, period, payer, registry: registryOf(types), provider, now_ms };
    return keepFolder(store, id, (folder) =>
      writeFiles({ store, tell }, { ...given, part: 0, parts }, { folder, kind, format, version }),
    );
  });
}

interface Into {
  readonly folder: string;
  readonly kind: ExportInput["kind"];
  readonly format: FileFormat;
  readonly version: FocusVersion;
}

async function writeFiles(
  { store, tell }: Pick<WritingDeps, "store" | "tell">,
  facts: ExportFacts,
  to: Into,
): Promise<WrittenExport> {
  const { folder, kind, format, version } = to;
  const { period, parts } = facts;
  const stem = kind === "focus" ? `focus-${version}-${period}` : `${kind}-${period}`;
  const names = Array.from({ length: parts }, (_, part) =>
    parts === 1 ? `${stem}.${format}` : `${stem}-part-${String(part + 1).padStart(2, "0")}.${format}`,
  );
  const columns = columnsOfExport(kind, version).map((column) =>
    fileColumn(column, { format, seconds: kind === "focus" }),
  );
  const written = names.map((name) => ({ path: join(folder, name), format }));
  for (const [part, file] of written.entries()) {
    tell(() => lookAt(store, { path: file.path, part, parts }));
    await writeRows(kind, store.run, { ...facts, part }, { ...file, columns });
  }
  const { rows, totals } = await reconcile({ store, tell }, { kind, facts, files: written });
  const data = names.map((name, index) => ({ name, role: "data" as const, rows: rows[index] ?? "0" }));
  const beside = kind === "focus" ? await writeCompanions(store, facts, { folder, stem, format, version }) : [];
  const files: ExportedFile[] = [];
  const all = [...data, ...beside];
  tell(() => ({ what: "sealing", done: files.length, total: all.length, unit: "files" }));
  for (const file of all) files.push({ ...file, ...(await sealFile(folder, file.name)) });
  return { files, totals };
}

/** How far the engine is with the rows of a file, where it says so: it may be another node of a cluster that does it. */
async function lookAt(
  { read }: Store,
  { path, part, parts }: { path: string; part: number; parts: number },
): Promise<Progress> {
  const rows = await readSoFar(read, { path }).catch(() => null);
  const what = parts === 1 ? "writing the file" : `writing file ${part + 1} of ${parts}`;
  return rows === null ? { what, done: part, total: parts, unit: "files" } : { what, ...rows, unit: "rows read" };
}
