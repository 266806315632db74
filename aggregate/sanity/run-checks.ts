import { type Bound, boundArrays } from "../../core/event-log.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { textsField } from "../../core/array-field.ts";
import { type InstantMs, instant } from "../../core/instant.ts";
import type { Run } from "../../core/runs.ts";
import {
  type AggregateDeps,
  beginning,
  boundParams,
  checkpointsBetween,
  createRunContext,
  emptyScratch,
  farthest,
  rangesFor,
  type RunContext,
  stateBefore,
} from "../context.ts";
import { pairIntervals } from "../pair-intervals.ts";
import { fillScratchTouched, selectTouched } from "../run-sql.ts";
import { fixRevisions, fixRuns } from "../standing.ts";
import { type Checked, type Range, type SanityCheck, sanityChecks, type Scope, storyChecks } from "./checks.ts";
import {
  countFound,
  resolveFindings,
  selectChecks,
  selectSanitySpan,
  touchUnchecked,
  writeFindings,
} from "./sanity-sql.ts";

/** What a run of the checks came to. */
export interface SanityOutcome {
  readonly run: Run;
  /** Findings by check, of what was looked at this time. */
  readonly found: Readonly<Record<string, number>>;
  /** Checks that could not be done; the others were. */
  readonly failed: readonly string[];
}

/** Records and open states that one range of resources may hold: about 1 GB. */
const rowsMax = 4_000_000;
const rangesMax = 64;

/**
 * Does all sanity checks on what is published: records of windows written, and stories of resources heard of, since the former
 * time; what is open now. What is found is written, what is no longer found where a check looked is resolved. It holds the
 * lease of a run, since it works in a run's scratch tables, and publishes nothing. A check that fails stops no other.
 * @throws AppError run-in-progress, lease-lost
 */
export async function runSanityChecks(
  deps: AggregateDeps,
  { asked_by = "" }: { asked_by?: string } = {},
): Promise<SanityOutcome> {
  return deps.runs.hold({ kind: "check", dry_run: true, asked_by }, (begun) => carryOut(deps, begun));
}

/** When the checks were last done; null = never. */
export async function lastSanityCheck({ store }: Pick<AggregateDeps, "store">): Promise<InstantMs | null> {
  const [last] = await selectChecks(store.read, {});
  return last === undefined ? null : instant(Number(last.checked_ms));
}

async function carryOut(deps: AggregateDeps, begun: Run): Promise<SanityOutcome> {
  const lane = deps.store.run;
  const [former] = await selectChecks(lane, {});
  const former_bound = former === undefined ? {} : (JSON.parse(former.bound) as Bound);
  const bound = (await deps.runs.latestPublished("aggregate"))?.bound ?? {};
  const run = await deps.runs.step(begun, { bound, former_bound });
  const settings = await deps.settings.all();
  const context = createRunContext(deps, run, { settings, registry_version: deps.usageTypes.version() });
  await prepare(context);

  const since_run = former?.last_run_seq ?? "0";
  const { checked, last_run_seq, ranges } = await look(context, { since_run, first: former === undefined });
  const failed = new Set<string>();
  const ask = async (check: SanityCheck, range: Range): Promise<void> => {
    try {
      await check.find(lane, checked, range);
    } catch (err) {
      for (const name of check.names) failed.add(name);
      deps.log.error({ err, run_id: run.id, checks: check.names }, "sanity check failed");
    }
  };
  for (const [done, check] of sanityChecks.entries()) {
    await deps.runs.beat(run, { what: "checking what is published", done, total: sanityChecks.length, unit: "checks" });
    for (const range of check.ranged ? ranges : ranges.slice(0, 1)) await ask(check, range);
  }
  await tellStories(context, checked, ask);

  deps.runs.guard(run);
  const found = Object.fromEntries(
    (await countFound(lane, {})).map(({ check, findings }) => [check, Number(findings)]),
  );
  await settle(context, checked, failed);
  const seen = failed.size === 0 ? { bound, last_run_seq } : { bound: former_bound, last_run_seq: since_run };
  const total = Object.values(found).reduce((sum, count) => sum + count, 0);
  await noteCheck(context, { ...seen, total, failed: [...failed] });
  await emptyScratch(context, "event");
  await emptyScratch(context, "interval");
  await lane.command({ query: "TRUNCATE TABLE scratch_finding" });
  await lane.command({ query: `DELETE FROM run_touched WHERE run_seq = ${context.run_seq}` });
  const counts = { findings: `${total}`, failed_checks: `${failed.size}` };
  deps.log.info({ run_id: run.id, ...counts }, "sanity checks done");
  return { run: await deps.runs.step(run, { state: "discarded", counts }), found, failed: [...failed].toSorted() };
}

/** The scratch tables as every run has them before it reads anything. */
async function prepare(context: RunContext): Promise<void> {
  const lane = context.deps.store.run;
  for (const table of ["touched", "event", "interval"] as const) await emptyScratch(context, table);
  await lane.command({ query: "TRUNCATE TABLE scratch_finding" });
  await fixRuns(context);
  await fixRevisions(context);
}

/** What there is to look at since the former checks, and in which ranges of resources. */
async function look(
  context: RunContext,
  { since_run, first }: { since_run: string; first: boolean },
): Promise<{ checked: Checked; last_run_seq: string; ranges: Range[] }> {
  const { deps, run, run_seq, registry_version } = context;
  const lane = deps.store.run;
  const checkpoint = (await checkpointsBetween(context, beginning, farthest)).at(-1) ?? null;
  const arrived = { ...formerParams(run.former_bound), ...boundParams(context) };
  const [span] = await selectSanitySpan(lane, { ...arrived, since_run, checkpoint_ms: checkpoint ?? 0 });
  const { events = "0", last_run_seq = "0", first_window_ms = "-1", records = "0", state_rows = "0" } = span ?? {};
  let told_from: InstantMs | null = null;
  // What is archived has left its state at the horizon: stories go on from there.
  if (events !== "0" && first) told_from = await stateBefore(context, beginning);
  else if (events !== "0") {
    await touchUnchecked(lane, { run_seq, ...arrived });
    const [touched] = await selectTouched(lane, { run_seq });
    await fillScratchTouched(lane, { run_seq });
    told_from = await stateBefore(context, instant(Math.max(beginning, Number(touched?.from_ms ?? beginning))));
  }
  const rows = Math.max(Number(records), Number(state_rows));
  return {
    checked: {
      now: deps.clock.now(),
      since_run,
      first_window: first_window_ms === "-1" ? null : instant(Number(first_window_ms)),
      checkpoint,
      told_from,
      only_touched: first ? 0 : 1,
      ...boundParams(context),
      registry_version,
    },
    last_run_seq,
    ranges: cutRanges(Math.min(Math.max(Math.ceil(rows / rowsMax), 1), rangesMax)),
  };
}

/** So many ranges of k that together are all resources. */
function cutRanges(count: number): Range[] {
  const width = 2n ** 64n / BigInt(count);
  return Array.from({ length: count }, (_, index) => {
    const k_from = BigInt(index) * width;
    return { k_from: `${k_from}`, k_to: `${index === count - 1 ? 2n ** 64n - 1n : k_from + width - 1n}` };
  });
}

function formerParams(bound: Bound): { former_partitions: number[]; former_offsets: bigint[]; from_offset: string } {
  const { bound_partitions, bound_offsets } = boundArrays(bound);
  const least = bound_offsets.reduce<bigint | null>((min, at) => (min === null || at < min ? at : min), null);
  return {
    former_partitions: [...bound_partitions],
    former_offsets: [...bound_offsets],
    from_offset: `${least === null ? 0n : least + 1n}`,
  };
}

/** Tells the stories of the touched resources, a range at a time, and asks of each. */
async function tellStories(
  context: RunContext,
  checked: Checked,
  ask: (check: SanityCheck, range: Range) => Promise<void>,
): Promise<void> {
  const { told_from, only_touched } = checked;
  if (told_from === null) return;
  const ranges = await rangesFor(context, { from: told_from, to: farthest, windows: 1 });
  for (const [done, range] of ranges.entries()) {
    await context.deps.runs.beat(context.run, { what: "telling stories", done, total: ranges.length, unit: "ranges" });
    await pairIntervals(context, { from_ms: told_from, to_ms: farthest, ...range, only_touched });
    for (const check of storyChecks) await ask(check, range);
  }
}

/** Writes what was found, and resolves what was looked for and not found again. */
async function settle(context: RunContext, checked: Checked, failed: ReadonlySet<string>): Promise<void> {
  const { run_seq } = context;
  const lane = context.deps.store.run;
  const horizon = await context.horizon();
  const { now, since_run, told_from, only_touched } = checked;
  await writeFindings(lane, { run_seq, now_ms: now });
  const looked: Readonly<Record<Scope, boolean>> = {
    windows: checked.first_window !== null,
    stories: told_from !== null,
    since: told_from !== null,
    state: checked.checkpoint !== null,
    everywhere: true,
  };
  for (const { names, scope, reach_ms } of [...sanityChecks, ...storyChecks]) {
    const checks = names.filter((name) => !failed.has(name));
    if (!looked[scope] || checks.length === 0) continue;
    const known_from_ms = horizon === null || reach_ms === undefined ? beginning : horizon.at + reach_ms;
    const looking = { scope, since_run, only_touched, from_ms: told_from ?? 0, known_from_ms };
    await resolveFindings(lane, { run_seq, checks, ...looking, now_ms: now });
  }
}

async function noteCheck(
  { deps, run_seq }: RunContext,
  noted: { bound: Bound; last_run_seq: string; total: number; failed: readonly string[] },
): Promise<void> {
  const columns = ["run_seq", "checked_at", "bound", "last_run_seq", "found", "failed"];
  const values = [
    run_seq,
    timeField(deps.clock.now()),
    field(JSON.stringify(noted.bound)),
    noted.last_run_seq,
    noted.total,
    textsField(noted.failed),
  ];
  await insertLines(deps.store.run, { table: "sanity_check", columns }, `${values.join("\t")}\n`);
}
