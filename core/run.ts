import Type, { type Static } from "typebox";
import type { Bound } from "./event-log.ts";
import { type InstantMs, instant } from "./instant.ts";
import { field, insertLines, timeField } from "./insert-lines.ts";
import type { Progress } from "./progress.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";

export const RunKind = Type.Union([
  Type.Literal("aggregate"),
  Type.Literal("rate"),
  Type.Literal("close"),
  Type.Literal("check"),
  Type.Literal("archive"),
  Type.Literal("finalize"),
  Type.Literal("expire"),
]);
export type RunKind = Static<typeof RunKind>;

/** `discarded` is how a dry run ends; a run that failed stays failed. */
export const RunState = Type.Union([
  Type.Literal("running"),
  Type.Literal("published"),
  Type.Literal("unchanged"),
  Type.Literal("discarded"),
  Type.Literal("failed"),
]);
export type RunState = Static<typeof RunState>;

/** A run as it stands. `seq` orders runs and is their fencing number; what run `seq` wrote counts once its state is `published` (P7). */
export interface Run {
  readonly seq: bigint;
  /** How many rows tell of it so far. */
  readonly step: number;
  readonly id: string;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly period: string;
  /** Computes everything and publishes nothing. */
  readonly dry_run: boolean;
  /** Name and key of who asked for it; '' = nobody did, or nobody was told. */
  readonly asked_by: string;
  /** Why a period is rated again; '' for all else. */
  readonly reason: string;
  readonly from_ms: InstantMs;
  readonly to_ms: InstantMs;
  readonly bound: Bound;
  readonly former_bound: Bound;
  readonly versions: Readonly<Record<string, string>>;
  readonly counts: Readonly<Record<string, string>>;
  readonly error: string;
  readonly began_ms: InstantMs;
  /** Host and process that does it; '' for runs of versions that kept none. */
  readonly holder: string;
  /** From then on another process may take over; 0 for runs of versions that kept none. */
  readonly lease_expires_ms: InstantMs;
  readonly progress: Progress | null;
  /** Of its latest row: while it is running, its last sign of life. */
  readonly changed_ms: InstantMs;
}

const Text = Type.String();
const RunRow = Type.Object({
  run_seq: Text,
  run_id: Text,
  kind: RunKind,
  state: RunState,
  period: Text,
  dry_run: Type.Integer(),
  asked_by: Text,
  reason: Text,
  from_ms: Text,
  to_ms: Text,
  bound: Text,
  former_bound: Text,
  versions: Text,
  counts: Text,
  error: Text,
  began_ms: Text,
  holder: Text,
  lease_expires_ms: Text,
  progress: Text,
  changed_ms: Text,
  step: Type.Integer(),
});

const selectRuns = defineQuery(
  "core/runs",
  Type.Object({
    kind: Text,
    state: Text,
    period: Text,
    run_id: Text,
    before_seq: Text,
    limit: Type.Integer(),
  }),
  RunRow,
);

/** Which runs to read; '' and "0" stand for any. */
export interface RunFilter {
  readonly kind?: string;
  readonly state?: string;
  readonly period?: string;
  readonly run_id?: string;
  readonly before_seq?: string;
}

const any = { kind: "", state: "", period: "", run_id: "", before_seq: "0" };

/** Runs as they stand, newest first. */
export async function readRuns(store: Store, filter: RunFilter, limit: number): Promise<Run[]> {
  const rows = await selectRuns(store.read, { ...any, ...filter, limit });
  return rows.map(toRun);
}

const columns = [
  "run_seq",
  "step",
  "run_id",
  "kind",
  "state",
  "period",
  "dry_run",
  "asked_by",
  "reason",
  "from_at",
  "to_at",
  "bound",
  "former_bound",
  "versions",
  "counts",
  "error",
  "began_at",
  "holder",
  "lease_expires_at",
  "progress",
  "changed_at",
];

/** Writes a run's next row; durable once it resolves. */
export async function writeRun(store: Store, run: Run): Promise<void> {
  const json = (value: unknown): string => field(JSON.stringify(value));
  const values = [
    run.seq,
    run.step,
    run.id,
    run.kind,
    run.state,
    run.period,
    run.dry_run ? 1 : 0,
    field(run.asked_by),
    field(run.reason),
    timeField(run.from_ms),
    timeField(run.to_ms),
    json(run.bound),
    json(run.former_bound),
    json(run.versions),
    json(run.counts),
    field(run.error),
    timeField(run.began_ms),
    field(run.holder),
    timeField(run.lease_expires_ms),
    run.progress === null ? "" : json(run.progress),
    timeField(run.changed_ms),
  ];
  await insertLines(store.write, { table: "run", columns }, `${values.join("\t")}\n`);
}

function toRun(row: Static<typeof RunRow>): Run {
  const time = (ms: string): InstantMs => instant(Number(ms));
  return {
    seq: BigInt(row.run_seq),
    step: row.step,
    id: row.run_id,
    kind: row.kind,
    state: row.state,
    period: row.period,
    dry_run: row.dry_run === 1,
    asked_by: row.asked_by,
    reason: row.reason,
    from_ms: time(row.from_ms),
    to_ms: time(row.to_ms),
    bound: JSON.parse(row.bound) as Bound,
    former_bound: JSON.parse(row.former_bound) as Bound,
    versions: JSON.parse(row.versions) as Record<string, string>,
    counts: JSON.parse(row.counts) as Record<string, string>,
    error: row.error,
    began_ms: time(row.began_ms),
    holder: row.holder,
    lease_expires_ms: time(row.lease_expires_ms),
    progress: row.progress === "" ? null : (JSON.parse(row.progress) as Progress),
    changed_ms: time(row.changed_ms),
  };
}
