import type { Clock } from "../core/clock.ts";
import { boundArrays, type EventLog } from "../core/event-log.ts";
import { type InstantMs, instant } from "../core/instant.ts";
import type { Log } from "../core/log.ts";
import type { Registry } from "../core/registry.ts";
import type { Run, RunLedger } from "../core/runs.ts";
import type { Settings } from "../core/settings.ts";
import type { Store } from "../core/store.ts";
import type { Ingest, Quarantine } from "../ingest/index.ts";
import { type Horizon, readHorizon } from "./retention/horizon.ts";
import { selectCheckpoints, selectFirstEvent, selectLatestCounting, selectSpanSize } from "./run-sql.ts";

/** What aggregation stands on. */
export interface AggregateDeps {
  readonly store: Store;
  readonly eventLog: EventLog;
  readonly quarantine: Quarantine;
  readonly ingest: Pick<Ingest, "forget">;
  readonly runs: RunLedger;
  readonly settings: Pick<Settings, "all" | "find">;
  readonly clock: Clock;
  readonly usageTypes: Registry;
  readonly log: Log;
}

/** A run's fixed points: everything its result may depend on (P1). */
export interface RunContext {
  readonly deps: AggregateDeps;
  readonly run: Run;
  readonly run_seq: string;
  readonly registry_version: string;
  /** Before when events are archived; read once, since it stays where it is while a run goes on. */
  horizon(): Promise<Horizon | null>;
  /** From when on the last usage type counts, once fixRuns has looked it up; 1970 = all count since the beginning. */
  latestCounting(): Promise<InstantMs>;
  /** Published runs below this number count; a run that is made again must not see what came after it. */
  readonly before_seq: string;
  readonly bound_partitions: readonly number[];
  readonly bound_offsets: readonly bigint[];
  readonly default_zone: string;
  readonly range_minutes: number;
  /** Usage types that must be read apart, because their shape leaves something out, and the events that mean something to them. */
  readonly masked: { readonly usage_types: readonly number[]; readonly event_types: readonly string[] };
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
  input: {
    settings: Readonly<Record<string, string>>;
    registry_version: string;
    before_seq?: bigint;
    /** As the caller has just read it. */
    horizon?: Horizon | null;
  },
): RunContext {
  let horizon = input.horizon === undefined ? null : Promise.resolve(input.horizon);
  let latest: Promise<InstantMs> | null = null;
  const readLatest = async (): Promise<InstantMs> => {
    const [row] = await selectLatestCounting(deps.store.run, {});
    return instant(Number(row?.latest_ms ?? "0"));
  };
  return {
    deps,
    run,
    horizon: () => (horizon ??= readHorizon(deps)),
    latestCounting: () => (latest ??= readLatest()),
    run_seq: run.seq.toString(),
    registry_version: input.registry_version,
    before_seq: (input.before_seq ?? run.seq).toString(),
    ...boundArrays(run.bound),
    default_zone: input.settings["usage.aggregation.timezone"] ?? "UTC",
    range_minutes: Number(input.settings["usage.stats.job.aggregation.range"] ?? "1440"),
    masked: maskedTypes(deps.usageTypes),
  };
}

function maskedTypes(usageTypes: Registry): RunContext["masked"] {
  const types = usageTypes.list().filter(({ shape_by, measure }) => shape_by.length > 0 || measure === "unique");
  return {
    usage_types: types.map(({ usage_type }) => usage_type),
    event_types: [...new Set(types.flatMap(({ effects }) => Object.keys(effects)))],
  };
}

/** The bound as statements take it. */
export function boundParams({ bound_partitions, bound_offsets }: RunContext): {
  bound_partitions: number[];
  bound_offsets: bigint[];
} {
  return { bound_partitions: [...bound_partitions], bound_offsets: [...bound_offsets] };
}

const checkpointsKnown = new WeakMap<RunContext, Promise<readonly InstantMs[]>>();

/** Checkpoints in [from, to] that count for this run, oldest first. They are looked up once: only a run itself changes them. */
export async function checkpointsBetween(context: RunContext, from: InstantMs, to: InstantMs): Promise<InstantMs[]> {
  const known = checkpointsKnown.get(context) ?? readCheckpoints(context);
  checkpointsKnown.set(context, known);
  return (await known).filter((at) => at >= from && at <= to);
}

/** To be called when a run has written a checkpoint: those there are need not be looked up again. */
export function checkpointWritten(context: RunContext, at: InstantMs): void {
  const known = checkpointsKnown.get(context);
  if (known === undefined) return;
  const added = known.then((checkpoints) => [...new Set([...checkpoints, at])].toSorted((a, b) => a - b));
  checkpointsKnown.set(context, added);
}

/** To be called when a run has let go of checkpoints, or begins to look. */
export function checkpointsChanged(context: RunContext): void {
  checkpointsKnown.delete(context);
}

async function readCheckpoints({ deps }: RunContext): Promise<readonly InstantMs[]> {
  const rows = await selectCheckpoints(deps.store.run, { from_ms: beginning, to_ms: farthest });
  return rows.map(({ at_ms }) => instant(Number(at_ms)));
}

/** Where the pairing starts: the latest checkpoint at or before an instant, else the beginning; never before the horizon. */
export async function stateBefore(context: RunContext, at: InstantMs): Promise<InstantMs> {
  return notBehindHorizon(context, (await checkpointsBetween(context, beginning, at)).at(-1) ?? beginning);
}

/** An instant, or the horizon where that is later: what happened before it is archived and does not change. */
export async function notBehindHorizon(context: RunContext, at: InstantMs): Promise<InstantMs> {
  return instant(Math.max(at, (await context.horizon())?.at ?? at));
}

/** When the first thing happened that is metered in a zone, among all resources or those a run touched; null = nothing. */
export async function firstEvent(
  context: RunContext,
  zone: string,
  { from, to, only_touched }: { from: InstantMs; to: InstantMs; only_touched: 0 | 1 },
): Promise<InstantMs | null> {
  const { registry_version } = context;
  const from_ms = await notBehindHorizon(context, from);
  const params = { zone, from_ms, to_ms: to, ...everyK, ...boundParams(context), registry_version, only_touched };
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
  table:
    | "run"
    | "counting"
    | "superseded"
    | "touched"
    | "ended"
    | "account"
    | "arrival"
    | "event"
    | "partial"
    | "resolved"
    | "interval"
    | "record"
    | "slice",
): Promise<void> {
  await deps.store.run.command({ query: `TRUNCATE TABLE scratch_${table}` });
}
