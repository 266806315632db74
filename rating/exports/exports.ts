import { randomBytes } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { AppError, toldWhy } from "../../core/errors.ts";
import { createInTurn } from "../../core/in-turn.ts";
import { parseInstant } from "../../core/instant.ts";
import type { Log } from "../../core/log.ts";
import { type Progress, tellProgress, whileTelling } from "../../core/progress.ts";
import { traced } from "../../core/trace.ts";
import { isForsaken, isLeftBehind } from "../../core/left-behind.ts";
import { placeOf } from "../../core/store.ts";
import type { Export, ExportedFile, ExportInput } from "./export.ts";
import { clearUnfinished, folderOf, keptHere, removeFolder } from "./export-folder.ts";
import { createExportRows, type ExportPlace, type StoredExport } from "./export-rows.ts";
import { clearLayout } from "./lay-out.ts";
import { writeExport, type WritingDeps } from "./write-export.ts";

/** Exports: asked for, written one after the other in this process, kept as files. */
export interface Exports {
  /** Begins an export; `done` resolves with how it ended and never rejects. @throws AppError invalid-request */
  begin(input: ExportInput, by: string): Promise<{ export: Export; done: Promise<Export> }>;
  /** Those asked for last first. */
  list(options: { before: ExportPlace | null; limit: number }): Promise<Export[]>;
  get(id: string): Promise<Export | null>;
  /** A file of a complete export (its data file where no name is given) and where it is. @throws AppError not-found, conflict */
  file(id: string, name?: string): Promise<{ file: ExportedFile; path: string }>;
  /**
   * Removes the files of an export; what it was stays told. Where another process has them, that one removes them when it sweeps.
   * @throws AppError not-found, conflict while it is on its way
   */
  remove(id: string, by: string): Promise<Export>;
  /**
   * Removes the files here of exports that ended longer ago than they are kept, and of those removed from elsewhere; ends what machines that
   * are gone left on its way.
   */
  sweep(): Promise<void>;
  /** Ends what a process before this one left on its way, and removes what it had written. */
  recover(): Promise<void>;
}

/** What exports stand on. */
export interface ExportsDeps extends Pick<WritingDeps, "store" | "usageTypes" | "settings"> {
  readonly clock: Clock;
  readonly log: Log;
  /** How many days files stay; 0, and left out: until they are removed by hand. */
  readonly keepDays?: () => Promise<number>;
}

const DAY_MS = 86_400_000;
/** Above any number of exports that go on at once. */
const RUNNING_MAX = 1000;
/** Above any number of exports that a process keeps files of. */
const KEPT_MAX = 1_000_000;
const KEPT_TOO_LONG = "exports.keep.days";
const INTERRUPTED = "interrupted: the process that wrote it ended";

/** Exports of a store, in the folder `exports` of its data directory. */
export function createExports(deps: ExportsDeps): Exports {
  const { store, usageTypes, settings, clock, log, keepDays = async () => 0 } = deps;
  const inTurn = createInTurn();
  const rows = createExportRows({ store, clock });
  /** Those of this process whose end could not be written. */
  const lost = new Set<string>();
  let swept_ms = 0;

  async function end(id: string, change: Partial<Export>, by: string): Promise<Export> {
    await writeNext(await find(id), change, by);
    return (await find(id)).shown;
  }

  const writeNext = (of: StoredExport, change: Partial<Export>, by: string): Promise<void> =>
    rows.write({ ...of, version: of.version + 1, shown: { ...of.shown, ...change } }, by);

  /** How far an export is costs it nothing: what cannot be written is passed over. */
  async function writeProgress(id: string, progress: Progress, by: string): Promise<void> {
    try {
      await writeNext(await find(id), { progress: tellProgress(progress) }, by);
    } catch (err) {
      log.warn({ export_id: id, err }, "how far an export is could not be written");
    }
  }

  async function carryOut(id: string, input: ExportInput, by: string): Promise<Export> {
    try {
      const named = { "tally.export.id": id, "tally.export.kind": input.kind, "tally.export.format": input.format };
      const { files, totals } = await traced("export", named, () =>
        whileTelling({ clock, write: (progress) => writeProgress(id, progress, by) }, (tell) =>
          writeExport({ store, usageTypes, settings, tell, now_ms: clock.now() }, id, input),
        ),
      );
      log.info({ export_id: id, kind: input.kind, period: input.period, files: files.length }, "export written");
      return await end(id, { state: "complete", files: [...files], totals: [...totals] }, by);
    } catch (err) {
      log.warn({ export_id: id, err }, "export failed");
      await removeFolder(store, id);
      return end(id, { state: "failed", error: toldWhy(err) }, by);
    }
  }

  async function find(id: string): Promise<StoredExport> {
    const [found] = id === "" ? [] : await rows.select({ id });
    if (found === undefined) throw new AppError("not-found", `there is no export "${id}"`, { field: "id" });
    return found;
  }

  /** What has no end gets one: it has failed, and nothing of it is left. */
  async function interrupt({ shown: { id, asked_by } }: StoredExport): Promise<Export> {
    await clearLayout(store, id);
    await removeFolder(store, id);
    return end(id, { state: "failed", error: INTERRUPTED }, asked_by);
  }

  async function asItStands(of: StoredExport): Promise<Export> {
    return of.shown.state === "running" && lost.has(of.shown.id) ? interrupt(of) : of.shown;
  }

  async function remove(id: string, by: string): Promise<Export> {
    const found = await find(id);
    const { shown } = found;
    if (shown.state === "running")
      throw new AppError("conflict", `export "${id}" is running; remove it once it has ended`, { field: "id" });
    if (shown.state !== "removed") await writeNext(found, { state: "removed" }, by);
    await removeFolder(store, id);
    return (await find(id)).shown;
  }

  async function sweep(): Promise<void> {
    swept_ms = clock.now();
    for (const left of await rows.select({ state: "running", limit: RUNNING_MAX }))
      if (isForsaken(left, { store, clock })) await interrupt(left);
    const here = new Set(await keptHere(store));
    const days = await keepDays();
    if (here.size === 0) return;
    for (const { shown } of await rows.select({ limit: KEPT_MAX })) {
      const { id, state, ended_at } = shown;
      if (!here.has(id) || state === "running") continue;
      const age_ms = swept_ms - (parseInstant(ended_at ?? "") ?? swept_ms);
      if (state === "removed") await removeFolder(store, id);
      else if (days > 0 && age_ms >= days * DAY_MS) await remove(id, KEPT_TOO_LONG);
    }
  }

  /** Now and then, also where no job of this process does it. */
  async function sweepDaily(): Promise<void> {
    if (clock.now() - swept_ms < DAY_MS) return;
    await sweep().catch((err: unknown) => log.warn({ err }, "old exports are removed the next time"));
  }

  return {
    begin: async (input, by) => {
      requireFitting(input);
      const id = `ex_${randomBytes(10).toString("hex")}`;
      const { kind, period, format, options = {} } = input;
      const none = { rows: null, bytes: null, sha256: null, error: null, totals: [], files: [] };
      const never = { ended_at: null, removed_at: null, removed_by: null };
      const head = { id, kind, period, format, options, state: "running" as const, progress: null };
      const shown = { ...head, ...none, ...never, asked_at: "", asked_by: by };
      await rows.write({ shown, holder: placeOf(store), version: 1 }, by);
      const begun = (await find(id)).shown;
      const done = inTurn(() => carryOut(id, input, by)).catch((err: unknown): Export => {
        log.error({ export_id: id, err }, "how an export ended could not be written; it has failed");
        lost.add(id);
        return begun;
      });
      void done.then(sweepDaily);
      return { export: begun, done };
    },
    list: async ({ before, limit }) => (await rows.select({ before, limit })).map(({ shown }) => shown),
    get: async (id) => {
      const [found] = id === "" ? [] : await rows.select({ id });
      return found === undefined ? null : asItStands(found);
    },
    file: async (id, name) => {
      const found = await asItStands(await find(id));
      const { state, error, removed_at, removed_by } = found;
      if (state !== "complete") {
        const gone = removed_at === null ? null : `at ${removed_at} by ${removed_by}`;
        const why = gone ?? error ?? "its files are not there yet";
        throw new AppError("conflict", `export "${id}" is ${state}: ${why}`);
      }
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
    remove,
    sweep,
    recover: async () => {
      await clearUnfinished(store);
      for (const left of await rows.select({ state: "running", limit: RUNNING_MAX }))
        if (isLeftBehind(left, { store, clock })) await interrupt(left);
      await sweep();
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
