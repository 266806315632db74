import Type, { type Static } from "typebox";
import { AppError } from "../core/errors.ts";
import { formatInstant } from "../core/instant.ts";
import { tellProgress, ToldProgress } from "../core/progress.ts";
import { type Run as LedgerRun, RunKind, RunState } from "../core/runs.ts";
import type { System } from "./system.ts";

const Label = Type.Union([Type.String(), Type.Null()]);
const Facts = Type.Record(Type.String(), Type.String());

const Lease = Type.Object(
  {
    holder: Type.String({ description: "Host and process" }),
    heartbeat_at: Type.String(),
    expires_at: Type.String(),
  },
  { additionalProperties: false },
);

/** A run as it stands: what it read, what it stood on and what it counted. */
export const Run = Type.Object(
  {
    id: Type.String(),
    seq: Type.String({ description: "Orders the runs" }),
    kind: RunKind,
    state: RunState,
    period: Label,
    dry_run: Type.Boolean({ description: "Computes everything and publishes nothing" }),
    asked_by: {
      ...Label,
      description:
        "Who asked for it: name and key, or `schedule (job)`; null = nobody, as of a dry run that answers a question (a forecast, usage as it is now)",
    },
    reason: { ...Label, description: "Why a period was rated again" },
    from: Label,
    to: Label,
    bound: Facts,
    former_bound: Facts,
    versions: Facts,
    counts: Facts,
    error: Label,
    began_at: Label,
    changed_at: Type.String(),
    progress: Type.Union([ToldProgress, Type.Null()], {
      description: "How far what it does now has come; null where nothing was told",
    }),
    lease: Type.Union([Lease, Type.Null()], {
      description: "While it is running: past expires_at the next run takes over",
    }),
  },
  { $id: "Run", additionalProperties: false },
);
export type Run = Static<typeof Run>;

/** A run of the ledger as the API tells it. */
export function toRun(run: LedgerRun): Run {
  const label = (text: string): string | null => (text === "" ? null : text);
  const { id, kind, state, bound, former_bound, versions, counts, progress } = run;
  return {
    id,
    seq: run.seq.toString(),
    kind,
    state,
    period: label(run.period),
    dry_run: run.dry_run,
    asked_by: label(run.asked_by),
    reason: label(run.reason),
    from: run.from_ms === 0 ? null : formatInstant(run.from_ms),
    to: run.to_ms === 0 ? null : formatInstant(run.to_ms),
    bound,
    former_bound,
    versions,
    counts,
    error: label(run.error),
    began_at: run.began_ms === 0 ? null : formatInstant(run.began_ms),
    changed_at: formatInstant(run.changed_ms),
    progress: progress === null ? null : tellProgress(progress),
    lease: state === "running" ? leaseOf(run) : null,
  };
}

function leaseOf({ holder, changed_ms, lease_expires_ms }: LedgerRun): Static<typeof Lease> {
  return { holder, heartbeat_at: formatInstant(changed_ms), expires_at: formatInstant(lease_expires_ms) };
}

/** The run of this id. @throws AppError not-found */
export async function findRun({ runs }: System, id: string): Promise<LedgerRun> {
  const run = id === "" ? null : await runs.get(id);
  if (run === null) throw new AppError("not-found", `there is no run "${id}"`, { field: "id" });
  return run;
}
