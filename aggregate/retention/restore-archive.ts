import { assert, AppError } from "../../core/errors.ts";
import type { Run } from "../../core/runs.ts";
import type { RetentionDeps } from "./archive-events.ts";
import { dropMonth, insertFile, sumMonth, verifyFile } from "./archive-file.ts";
import { type Archive, type ArchiveRow, readArchives, toArchive, writeArchive } from "./archives.ts";
import { readHorizon } from "./horizon.ts";
import { formatInstant } from "../../core/instant.ts";

/** What is back, and before when events are still archived (null = all are there). */
export interface RestoreOutcome {
  readonly run: Run;
  readonly archive: Archive;
  readonly horizon: string | null;
}

/**
 * Brings an archived month back: the same events at the same positions. Facts of that time are taken again, and it can be computed
 * again, once all months from it on are there. The file stays; archiving the month later writes another where it changed.
 * @throws AppError not-found, conflict (it is there), archive-damaged, run-in-progress
 */
export async function restoreArchive(
  deps: RetentionDeps,
  { month, by }: { month: string; by: string },
): Promise<RestoreOutcome> {
  await find(deps, month);
  return deps.runs.hold({ kind: "archive", period: month, asked_by: by }, async (begun) => {
    try {
      const archive = await find(deps, month);
      const restored = await bringBack(deps, { archive, run: begun, by });
      const counts = { restored_months: "1", events: restored.rows };
      const run = await deps.runs.step(begun, { state: "published", counts });
      deps.log.info({ run_id: run.id, month, events: restored.rows }, "archive restored");
      const horizon = await readHorizon(deps);
      return { run, archive: toArchive(restored), horizon: horizon === null ? null : formatInstant(horizon.at) };
    } finally {
      await deps.horizon.refresh();
    }
  });
}

async function bringBack(
  deps: RetentionDeps,
  { archive, run, by }: { archive: ArchiveRow; run: Run; by: string },
): Promise<ArchiveRow> {
  const { store, runs } = deps;
  const tell = (done: number): Promise<void> =>
    runs.beat(run, { what: `restoring ${archive.month}`, done, total: 4, unit: "steps" });
  await tell(0);
  const path = await verifyFile(store, archive);
  const begun = await writeArchive(deps, { ...archive, state: "restoring" }, by);
  await tell(1);
  // What a try that was cut short has brought is brought again.
  await dropMonth(store, archive.month);
  await tell(2);
  await insertFile(store, path);
  await tell(3);
  const sums = await sumMonth(deps, archive.month);
  assert(
    sums.rows === archive.rows && sums.key_checksum === archive.key_checksum,
    `${sums.rows} events of ${archive.month} are back as they were (${archive.rows})`,
  );
  runs.guard(run);
  return writeArchive(deps, { ...begun, state: "restored" }, by);
}

async function find(deps: RetentionDeps, month: string): Promise<ArchiveRow> {
  const archive = (await readArchives(deps)).find((one) => one.month === month);
  if (archive === undefined) throw new AppError("not-found", `${month} was never archived`, { field: "month" });
  if (archive.state === "restored" || archive.state === "written")
    throw new AppError("conflict", `the events of ${month} are in the store`, { field: "month" });
  return archive;
}
