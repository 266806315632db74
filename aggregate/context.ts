import type { Clock } from "../core/clock.ts";
import { boundArrays, type EventLog } from "../core/event-log.ts";
import { type InstantMs, instant } from "../core/instant.ts";
import type { Log } from "../core/log.ts";
import type { Run, RunLedger } from "../core/runs.ts";
import type { Store } from "../core/store.ts";
import { usageTypes } from "../core/usage-types.ts";
import type { Ingest, Quarantine } from "../ingest/index.ts";
import { selectCheckpoints, selectFirstEvent, selectSpanSize } from "./statements.ts";

/** What aggregation stands on. */
export interface AggregateDeps {
  readonly store: Store;
  readonly eventLog: EventLog;
  readonly quarantine: Quarantine;
  readonly ingest: Pick<Ingest, "forget">;
  readonly runs: RunLedger;
  readonly settings: { all(): Promise<Readonly<Record<string, string>>> };
  readonly clock: Clock;
  readonly log: Log;
}

/** A run's fixed points: everything its result may depend on (P1). */
export interface RunContext {
  readonly deps: AggregateDeps;
  readonly run: Run;
  readonly run_seq: string;
  readonly registry_version: string;
  readonly bound_partitions: readonly number[];
  readonly bound_offsets: readonly bigint[];
  readonly default_zone: string;
  readonly range_minutes: number;
  readonly capacity_types: number[];
}

/** No event is older (ingest refuses it): the beginning of time for a span without a checkpoint. */
export const beginning = instant(Date.UTC(2000, 0, 1));

/** The end of what the store can date. */
export const farthest = instant(Date.UTC(2290, 0, 1));

/** All of k. */
const everyK = { k_from: "0", k_to: "18446744073709551615" };

/** Fixes what a run depends on. */
export function createRunContext(
  deps: AggregateDeps,
  run: Run,
  input: { settings: Readonly<Record<string, string>>; registry_version: string },
): RunContext {
  return {
    deps,
    run,
    run_seq: run.seq.toString(),
    registry_version: input.registry_version,
    ...boundArrays(run.bound),
    default_zone: input.settings["usage.aggregation.timezone"] ?? "UTC",
    range_minutes: Number(input.settings["usage.stats.job.aggregation.range"] ?? "1440"),
    capacity_types: usageTypes.filter(({ measure }) => measure === "capacity").map(({ usage_type }) => usage_type),
  };
}

/** The bound and registry as statements take them. */
export function workParams({ registry_version, run_seq, bound_partitions, bound_offsets }: RunContext): {
  registry_version: string;
  run_seq: string;
  bound_partitions: number[];
  bound_offsets: bigint[];
} {
  return { registry_version, run_seq, bound_partitions: [...bound_partitions], bound_offsets: [...bound_offsets] };
}

/** Checkpoints in [from, to] that count for this run, oldest first. */
export async function checkpointsBetween(
  { deps, run_seq }: RunContext,
  from: InstantMs,
  to: InstantMs,
): Promise<InstantMs[]> {
  const rows = await selectCheckpoints(deps.store.run, { from_ms: from, to_ms: to, run_seq });
  return rows.map(({ at_ms }) => instant(Number(at_ms)));
}

/** Where the pairing starts: the latest checkpoint at or before an instant, else the beginning. */
export async function stateBefore(context: RunContext, at: InstantMs): Promise<InstantMs> {
  return (await checkpointsBetween(context, beginning, at)).at(-1) ?? beginning;
}

/** When the first thing happened that is metered in a zone, among all resources or those a run touched; null = nothing. */
export async function firstEvent(
  context: RunContext,
  zone: string,
  { from, to, touched_by }: { from: InstantMs; to: InstantMs; touched_by: string },
): Promise<InstantMs | null> {
  const params = { zone, from_ms: from, to_ms: to, ...everyK, ...workParams(context), touched_by };
  const [row] = await selectFirstEvent(context.deps.store.run, params);
  return row === undefined || row.events === "0" ? null : instant(Number(row.first_ms));
}

/** Events times windows (up to a month of days) that one range of resources may hold: about 1 GB of scratch. */
const workMax = 20_000_000;
const rangesMax = 64;

/** Ranges of k that together are all resources, few enough that each fits the memory (16 for 10 M events and a month). */
export async function rangesFor(
  { deps }: RunContext,
  span: { from: InstantMs; to: InstantMs; windows: number },
): Promise<{ k_from: string; k_to: string }[]> {
  const [size] = await selectSpanSize(deps.store.run, { from_ms: span.from, to_ms: span.to });
  const needed = Math.ceil((Number(size?.events ?? 0) * Math.min(span.windows, 31)) / workMax);
  const count = BigInt(Math.min(Math.max(needed, 1), rangesMax));
  const width = 2n ** 64n / count;
  return Array.from({ length: Number(count) }, (_, index) => {
    const first = BigInt(index) * width;
    const last = BigInt(index) === count - 1n ? 2n ** 64n - 1n : first + width - 1n;
    return { k_from: first.toString(), k_to: last.toString() };
  });
}

/** Empties a scratch table of the run that holds the lease. */
export async function emptyScratch(
  { deps }: RunContext,
  table: "scratch_arrival" | "scratch_interval" | "scratch_record" | "scratch_slice",
): Promise<void> {
  await deps.store.run.command({ query: `TRUNCATE TABLE ${table}` });
}
