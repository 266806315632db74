import { randomBytes } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import Type, { type Static } from "typebox";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { createInTurn } from "../../core/in-turn.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { formatMs } from "../../core/instant.ts";
import type { Log } from "../../core/log.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Export, ExportedFile, ExportInput } from "./export.ts";
import { clearUnfinished, folderOf, removeFolder } from "./export-folder.ts";
import { clearLayout } from "./lay-out.ts";
import { toldWhy, writeExport, type WritingDeps, type WrittenExport } from "./write-export.ts";

/** Where the next page of exports begins. */
export const ExportPlace = Type.Object({ asked_ms: Type.String(), id: Type.String() });
export type ExportPlace = Static<typeof ExportPlace>;

/** Exports: asked for, written one after the other in this process, kept as files. */
export interface Exports {
  /** Begins an export; `done` resolves with how it ended and never rejects. @throws AppError invalid-request */
  begin(input: ExportInput, by: string): Promise<{ export: Export; done: Promise<Export> }>;
  /** Those asked for last first. */
  list(options: { before: ExportPlace | null; limit: number }): Promise<Export[]>;
  get(id: string): Promise<Export | null>;
  /** A file of a complete export (its data file where no name is given) and where it is. @throws AppError not-found, conflict */
  file(id: string, name?: string): Promise<{ file: ExportedFile; path: string }>;
  /** Ends what a process that had this data directory before left on its way, and removes what it had written. */
  recover(): Promise<void>;
}

const Text = Type.String();
const Row = Type.Object({
  id: Text,
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

/** What of an export only its JSON says. `holder`: the data directory of the process that writes it. */
interface Body extends Pick<Export, "period" | "options" | "files" | "totals"> {
  readonly holder: string;
}

/** What exports stand on. */
export interface ExportsDeps extends Pick<WritingDeps, "store" | "usageTypes" | "settings"> {
  readonly clock: Clock;
  readonly log: Log;
}

/** Exports of a store, in the folder `exports` of its data directory. */
export function createExports({ store, usageTypes, settings, clock, log }: ExportsDeps): Exports {
  const inTurn = createInTurn();

  async function select(asked: Partial<{ id: string; state: string; before: ExportPlace | null; limit: number }>) {
    const { id = "", state = "", before = null, limit = 1 } = asked;
    const place = { before_ms: before?.asked_ms ?? "0", before_id: before?.id ?? "" };
    return selectExports(store.read, { id, state, ...place, limit });
  }

  async function write(of: Export, { by, version }: { by: string; version: 1 | 2 }): Promise<void> {
    const { id, kind, format, state, period, options, files, totals, rows, bytes, sha256, error } = of;
    const body: Body = { period, options, files, totals, holder: store.data_dir };
    const data = files.find(({ role }) => role === "data");
    const values = [id, version, kind, format, field(JSON.stringify(body)), state, field(data?.name ?? "")];
    const sizes = [rows ?? "0", bytes ?? "0", sha256 ?? "", field(error ?? ""), timeField(clock.now()), field(by)];
    await insertLines(store.write, { table: "export_file", columns }, `${[...values, ...sizes].join("\t")}\n`);
  }

  async function end(id: string, change: Partial<Export>, by: string): Promise<Export> {
    const begun = await requireExport(id);
    await write({ ...begun, ...change }, { by, version: 2 });
    return requireExport(id);
  }

  async function carryOut(id: string, input: ExportInput, by: string): Promise<Export> {
    try {
      const written = await writeExport({ store, usageTypes, settings, now_ms: clock.now() }, id, input);
      log.info(
        { export_id: id, kind: input.kind, period: input.period, files: written.files.length },
        "export written",
      );
      return await end(
        id,
        { state: "complete", ...sizesOf(written), ...written, files: [...written.files], totals: [...written.totals] },
        by,
      );
    } catch (err) {
      log.warn({ export_id: id, err }, "export failed");
      return end(id, { state: "failed", error: toldWhy(err) }, by);
    }
  }

  async function get(id: string): Promise<Export | null> {
    const [row] = await select({ id });
    return row === undefined || id === "" ? null : toExport(row);
  }

  async function requireExport(id: string): Promise<Export> {
    const found = await get(id);
    if (found === null) throw new AppError("not-found", `there is no export "${id}"`, { field: "id" });
    return found;
  }

  return {
    begin: async (input, by) => {
      requireFitting(input);
      const id = `ex_${randomBytes(10).toString("hex")}`;
      const { kind, period, format, options = {} } = input;
      const none = { rows: null, bytes: null, sha256: null, error: null, ended_at: null, totals: [], files: [] };
      const asked = { id, kind, period, format, options, state: "running" as const, ...none };
      await write({ ...asked, asked_at: "", asked_by: by }, { by, version: 1 });
      const begun = await requireExport(id);
      const done = inTurn(() => carryOut(id, input, by)).catch((err: unknown): Export => {
        log.error({ export_id: id, err }, "how an export ended could not be written; it is ended at the next start");
        return begun;
      });
      return { export: begun, done };
    },
    list: async ({ before, limit }) => (await select({ before, limit })).map(toExport),
    get,
    file: async (id, name) => {
      const found = await requireExport(id);
      if (found.state !== "complete")
        throw new AppError(
          "conflict",
          `export "${id}" is ${found.state}: ${found.error ?? "its files are not there yet"}`,
        );
      const data = found.files.filter(({ role }) => role === "data");
      const file = found.files.find((one) => one.name === (name ?? data[0]?.name));
      if (file === undefined)
        throw new AppError("not-found", `export "${id}" has no file "${name}"`, { field: "name" });
      const path = join(folderOf(store, id), file.name);
      await access(path).catch((cause: unknown) => {
        const told = `${file.name} is not with this process: another one wrote export "${id}", or its files were removed`;
        throw new AppError("not-found", told, { field: "id", cause });
      });
      return { file, path };
    },
    recover: async () => {
      await clearUnfinished(store);
      for (const row of await select({ state: "running", limit: 1000 })) {
        const { holder } = JSON.parse(row.body) as Body;
        if (holder !== store.data_dir) continue;
        await clearLayout(store, row.id);
        await removeFolder(store, row.id);
        await end(row.id, { state: "failed", error: "interrupted: the process that wrote it ended" }, row.asked_by);
      }
    },
  };
}

function requireFitting({ kind, options = {} }: ExportInput): void {
  if (options.focus_version !== undefined && kind !== "focus")
    throw new AppError(
      "invalid-request",
      `options/focus_version is "${options.focus_version}", expected none with kind ${kind}`,
      {
        field: "options/focus_version",
      },
    );
}

/** Sums over the data files; a checksum where there is one. */
function sizesOf({ files }: WrittenExport): Pick<Export, "rows" | "bytes" | "sha256"> {
  const data = files.filter(({ role }) => role === "data");
  const sum = (of: (file: ExportedFile) => string): string =>
    data.reduce((all, file) => all + BigInt(of(file)), 0n).toString();
  const [only, ...more] = data;
  return {
    rows: sum(({ rows }) => rows),
    bytes: sum(({ bytes }) => bytes),
    sha256: only === undefined || more.length > 0 ? null : only.sha256,
  };
}

function toExport(row: Static<typeof Row>): Export {
  const { id, asked_ms, asked_by, changed_ms, error } = row;
  const { period, options, files, totals } = JSON.parse(row.body) as Body;
  const [kind, format, state] = [row.kind, row.format, row.state] as [
    Export["kind"],
    Export["format"],
    Export["state"],
  ];
  const sizes = state === "complete" ? sizesOf({ files, totals }) : { rows: null, bytes: null, sha256: null };
  return {
    id,
    kind,
    period,
    format,
    options,
    state,
    ...sizes,
    totals,
    files,
    error: error === "" ? null : error,
    asked_at: formatMs(asked_ms),
    asked_by,
    ended_at: state === "running" ? null : formatMs(changed_ms),
  };
}
