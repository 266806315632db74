import { tzdbVersion } from "../core/calendar.ts";
import { AppError } from "../core/errors.ts";
import { instant } from "../core/instant.ts";
import type { Run } from "../core/runs.ts";
import { clearFailedRuns } from "./clear-failed-runs.ts";
import { type AggregateDeps, createRunContext, type RunContext } from "./context.ts";
import { correctPublished } from "./correct.ts";
import { dueIn } from "./due-windows.ts";
import { publishSpan } from "./publish-span.ts";
import { requireRestored } from "./retention/archives.ts";
import {
  copyRangesOfRun,
  copyTouchedOfRun,
  copyZonesOfRun,
  compareRecords,
  compareSlices,
  selectFirstWindow,
  selectTouched,
} from "./run-sql.ts";
import { fixRevisions, fixRuns } from "./standing.ts";
import { placeAccounts, readZones } from "./zones.ts";

/** What came of repeating a run. */
export interface Repetition {
  readonly run: Run;
  /** Rows (usage records and slices) that the run wrote and its repetition wrote alike. */
  readonly same: bigint;
  /** Rows of the run that its repetition did not write. */
  readonly missing: bigint;
  /** Rows of the repetition that the run did not write. */
  readonly added: bigint;
  /** What differs between then and now and may explain a difference, such as the version of the tz database. */
  readonly notes: readonly string[];
}

/**
 * Makes a published run again from what it stored (P12): its bound, settings and registry, the zones as it fixed them, and
 * what had been published before it. It is a dry run: nothing of it counts, and whatever it wrote is compared to the byte.
 * @throws AppError not-found, conflict when it is no published run of aggregation or its events are archived, run-in-progress
 */
export async function repeatRun(
  deps: AggregateDeps,
  { run_id, asked_by = "" }: { run_id: string; asked_by?: string },
): Promise<Repetition> {
  const original = await deps.runs.get(run_id);
  if (original === null) throw new AppError("not-found", `there is no run ${run_id}`);
  if (original.kind !== "aggregate" || original.state !== "published")
    throw new AppError("conflict", `run ${run_id} (${original.kind}, ${original.state}) has published no usage`);
  return deps.runs.hold({ kind: "aggregate", dry_run: true, asked_by }, async (begun) => {
    await clearFailedRuns(deps);
    const { bound, former_bound, to_ms, versions } = original;
    const run = await deps.runs.step(begun, { to_ms, bound, former_bound, versions });
    const settings = JSON.parse(versions["settings"] ?? "{}") as Record<string, string>;
    const registry_version = versions["registry"] ?? "";
    const context = createRunContext(deps, run, { settings, registry_version, before_seq: original.seq });
    await computeAgain(context, original);
    const repetition = await compare(context, original);
    await deps.runs.step(run, { state: "discarded", counts: { repeats: run_id } });
    return repetition;
  });
}

async function computeAgain(context: RunContext, original: Run): Promise<void> {
  const { deps, run_seq } = context;
  const lane = deps.store.run;
  const copying = { run_seq, original_seq: original.seq.toString() };
  await fixRuns(context);
  await copyZonesOfRun(lane, copying);
  await copyRangesOfRun(lane, copying);
  await copyTouchedOfRun(lane, copying);
  await fixRevisions(context);
  const placing = await placeAccounts(context);
  await requireEvents(context, original);
  const zones = await readZones(context, placing);
  await correctPublished(context, zones);
  const spans = await dueIn(context, zones, () => original.to_ms);
  const windowsOf = ({ edges }: (typeof spans)[number]): number => edges.length - 1;
  const total = spans.reduce((sum, span) => sum + windowsOf(span), 0);
  let done = 0;
  for (const span of spans) {
    await deps.runs.beat(context.run, { what: "computing windows", done, total, unit: "windows" });
    await publishSpan(context, span, { keep: true });
    done += windowsOf(span);
  }
}

/** Refuses where events that the run counted are in archive files alone. */
async function requireEvents(context: RunContext, original: Run): Promise<void> {
  const { store } = context.deps;
  const [touched] = await selectTouched(store.run, { run_seq: context.run_seq });
  const [window] = await selectFirstWindow(store.run, { run_seq: original.seq.toString() });
  const instants = [
    ...(touched === undefined || touched.resources === "0" ? [] : [Number(touched.from_ms)]),
    ...(window === undefined || window.windows === "0" ? [] : [Number(window.first_ms)]),
  ];
  const since = instant(Math.min(original.to_ms, ...instants));
  const what = `run ${original.id} stands on archived events`;
  await requireRestored({ store }, { from: since, before: original.to_ms, what, key: "conflict" });
}

async function compare({ deps, run_seq }: RunContext, original: Run): Promise<Repetition> {
  const comparing = { run_seq, original_seq: original.seq.toString() };
  const [records] = await compareRecords(deps.store.run, comparing);
  const [slices] = await compareSlices(deps.store.run, comparing);
  const sum = (name: "same" | "missing" | "added"): bigint =>
    BigInt(records?.[name] ?? "0") + BigInt(slices?.[name] ?? "0");
  const tzdb = tzdbVersion();
  const then = original.versions["tzdb"] ?? "";
  const notes = then === tzdb ? [] : [`the run cut its windows by tz database ${then}, this machine has ${tzdb}`];
  return { run: original, same: sum("same"), missing: sum("missing"), added: sum("added"), notes };
}
