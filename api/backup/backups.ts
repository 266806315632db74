import { randomBytes } from "node:crypto";
import Type, { type Static } from "typebox";
import { AppError } from "../../core/errors.ts";
import { formatInstant } from "../../core/instant.ts";
import type { Operation } from "../operations/operation.ts";
import type { System } from "../system.ts";
import { beginBackup, type BegunBackup } from "./make-backup.ts";

const orNull = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()]);

/** A backup that this process makes, or has made. */
export const Backup = Type.Object(
  {
    id: Type.String(),
    dir: Type.String({ description: "On the machine of the server" }),
    state: Type.Union([Type.Literal("running"), Type.Literal("complete"), Type.Literal("failed")]),
    began_at: Type.String(),
    ended_at: orNull(Type.String()),
    frozen_at: Type.String({ description: "The instant it is of" }),
    copied_bytes: Type.String(),
    bytes: Type.String({ description: "What all files take" }),
    files: Type.Integer(),
    error: orNull(Type.String()),
  },
  { $id: "Backup", additionalProperties: false },
);
export type Backup = Static<typeof Backup>;

/** The backups of one process. What is told of them here is forgotten when it ends; a backup speaks for itself by its manifest. */
export interface Backups {
  /** Freezes the state and begins to copy it, an operation of the same id. @throws AppError run-in-progress, and as beginBackup */
  start(dir: string, by: string): Promise<Backup>;
  get(id: string): Backup | null;
}

const KEPT = 20;

/** Makes backups of a system, one at a time. */
export function createBackups(system: System): Backups {
  const known = new Map<string, Backup>();
  const log = system.log.child({ stage: "backup" });
  /** Where one is made now; '' = none is. */
  let busy = "";
  const change = (id: string, to: Partial<Backup>): void => {
    const was = known.get(id);
    if (was !== undefined) known.set(id, { ...was, ...to });
  };

  async function copy({ id, dir }: Backup, begun: BegunBackup): Promise<Backup | undefined> {
    try {
      const { files } = await begun.copy(({ done_bytes }) => change(id, { copied_bytes: `${done_bytes}` }));
      change(id, { state: "complete", files: files.length });
      log.info({ dir, files: files.length, bytes: known.get(id)?.bytes }, "backup made");
    } catch (err) {
      change(id, { state: "failed", error: err instanceof Error ? err.message : String(err) });
      log.error({ err, dir }, "backup failed");
      throw err;
    } finally {
      busy = "";
      change(id, { ended_at: formatInstant(system.clock.now()) });
      for (const old of [...known.keys()].slice(0, -KEPT)) known.delete(old);
    }
    return known.get(id);
  }

  return {
    start: async (dir, asked_by) => {
      if (busy !== "") throw new AppError("run-in-progress", `a backup goes on, into ${busy}`);
      busy = dir;
      const began = system.clock.now();
      const begun = await beginBackup(system, dir).catch((error: unknown) => {
        busy = "";
        throw error;
      });
      const id = `backup_${randomBytes(8).toString("hex")}`;
      const backup: Backup = {
        id,
        dir,
        state: "running",
        began_at: formatInstant(began),
        ended_at: null,
        frozen_at: formatInstant(begun.made_ms),
        copied_bytes: "0",
        bytes: `${begun.total_bytes}`,
        files: 0,
        error: null,
      };
      known.set(id, backup);
      const progress = (): Operation["progress"] => progressOf(known.get(id) ?? backup);
      const work = { id, kind: "backup", subject: dir, asked_by, began, progress, outcome: copy(backup, begun) };
      await system.operations.follow(work);
      return backup;
    },
    get: (id) => known.get(id) ?? null,
  };
}

function progressOf({ copied_bytes, bytes }: Backup): Operation["progress"] {
  const mib = (count: string): string => String(Math.floor(Number(count) / 1_048_576));
  return { what: "copying files", done: mib(copied_bytes), total: mib(bytes), unit: "MiB" };
}
