import { randomBytes } from "node:crypto";
import Type, { type Static } from "typebox";
import { AppError } from "../../core/errors.ts";
import { formatInstant } from "../../core/instant.ts";
import type { Operation } from "../operations/operation.ts";
import type { System } from "../system.ts";
import { makeBackup, type OnProgress } from "./make-backup.ts";

const orNull = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()]);

/** A backup that this process makes, or has made. */
export const Backup = Type.Object(
  {
    id: Type.String(),
    dir: Type.String({ description: "On the machine of the server" }),
    state: Type.Union([Type.Literal("running"), Type.Literal("complete"), Type.Literal("failed")]),
    began_at: Type.String(),
    ended_at: orNull(Type.String()),
    frozen_at: orNull(Type.String({ description: "The instant it is of" })),
    copied_bytes: Type.String(),
    bytes: Type.String({ description: "What all files take; 0 until they are frozen" }),
    files: Type.Integer(),
    error: orNull(Type.String()),
  },
  { $id: "Backup", additionalProperties: false },
);
export type Backup = Static<typeof Backup>;

/** The backups of one process. What is told of them here is forgotten when it ends; a backup speaks for itself by its manifest. */
export interface Backups {
  /** Begins one, which is an operation of the same id. @throws AppError run-in-progress while another is made */
  start(dir: string, by: string): Promise<Backup>;
  get(id: string): Backup | null;
}

const KEPT = 20;

/** Makes backups of a system, one at a time. */
export function createBackups(system: System): Backups {
  const known = new Map<string, Backup>();
  const log = system.log.child({ stage: "backup" });
  const change = (id: string, to: Partial<Backup>): void => {
    const was = known.get(id);
    if (was !== undefined) known.set(id, { ...was, ...to });
  };

  async function make({ id, dir }: Backup): Promise<Backup | undefined> {
    const tell: OnProgress = ({ done_bytes, total_bytes }) =>
      change(id, { copied_bytes: `${done_bytes}`, bytes: `${total_bytes}` });
    try {
      const { made_at, files } = await makeBackup(system, { dir, on_progress: tell });
      change(id, { state: "complete", frozen_at: made_at, files: files.length });
      log.info({ dir, files: files.length, bytes: known.get(id)?.bytes }, "backup made");
    } catch (err) {
      change(id, { state: "failed", error: err instanceof Error ? err.message : String(err) });
      log.error({ err, dir }, "backup failed");
      throw err;
    } finally {
      change(id, { ended_at: formatInstant(system.clock.now()) });
      for (const old of [...known.keys()].slice(0, -KEPT)) known.delete(old);
    }
    return known.get(id);
  }

  return {
    start: async (dir, asked_by) => {
      const busy = [...known.values()].find(({ state }) => state === "running");
      if (busy !== undefined) throw new AppError("run-in-progress", `${busy.id} goes on, into ${busy.dir}`);
      const began = system.clock.now();
      const backup: Backup = {
        id: `backup_${randomBytes(8).toString("hex")}`,
        dir,
        state: "running",
        began_at: formatInstant(began),
        ended_at: null,
        frozen_at: null,
        copied_bytes: "0",
        bytes: "0",
        files: 0,
        error: null,
      };
      const { id } = backup;
      known.set(id, backup);
      const progress = (): Operation["progress"] => progressOf(known.get(id) ?? backup);
      const work = { id, kind: "backup", subject: dir, asked_by, began, progress, outcome: make(backup) };
      await system.operations.follow(work);
      return backup;
    },
    get: (id) => known.get(id) ?? null,
  };
}

/** Null until it is known how much there is. */
function progressOf({ copied_bytes, bytes }: Backup): Operation["progress"] {
  const mib = (count: string): string => String(Math.floor(Number(count) / 1_048_576));
  return bytes === "0" ? null : { what: "copying files", done: mib(copied_bytes), total: mib(bytes), unit: "MiB" };
}
