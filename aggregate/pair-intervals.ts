import type { InstantMs } from "../core/instant.ts";
import { boundParams, emptyScratch, type RunContext } from "./context.ts";
import {
  fillAccountEnds,
  fillCounters,
  fillCutIntervals,
  fillEvents,
  fillGauges,
  fillIntervals,
  fillMaskedEvents,
  fillPartials,
  fillPoints,
  fillResolved,
  markOpen,
  markUncounted,
  resolvePartials,
  selectAccountEnds,
  selectMaskedEvents,
  selectStepMix,
  selectUnknownShapes,
  spreadCloses,
  writeMaskedShapes,
  writeResolvedShapes,
} from "./run-sql.ts";

/** What to pair: from a checkpoint (or the beginning) to an instant, a range of k, and whose resources (0 = all). */
export interface Work {
  readonly from_ms: InstantMs;
  readonly to_ms: InstantMs;
  readonly k_from: string;
  readonly k_to: string;
  readonly only_touched: 0 | 1;
  /** Windows begin before `from_ms`, which is the horizon: what met no event gets no whole windows. */
  readonly whole?: boolean;
}

/** Codes of measures, as sql/views/02_metering.sql has them. */
const counter = 3;
const gauge = 4;
const pointMeasures: ReadonlySet<number> = new Set([2, 5, 6, 7, 8]);
const extremeMeasures: ReadonlySet<number> = new Set([6, 7, 8]);

/** What the intervals of a span are like. */
export interface Paired {
  /** Whether there are readings of which a window keeps one, or counts the different ones. */
  readonly extremes: boolean;
}

/**
 * Fills scratch_interval with all that the events of a span mean: the steps they are to each usage type; closes and changes
 * that reach further than they say; then stretches of time, and points. Only what a span has is worked on.
 */
export async function pairIntervals(context: RunContext, { whole = false, ...work }: Work): Promise<Paired> {
  await gatherSteps(context, work);
  const untouched = { from_ms: work.from_ms, k_from: work.k_from, k_to: work.k_to };
  if (whole) await markOpen(context.deps.store.run, untouched);
  else if (work.only_touched === 0 && (await context.latestCounting()) > work.from_ms)
    await markUncounted(context.deps.store.run, untouched);
  const { measures, state_measures } = await completeSteps(context, work);
  const lane = context.deps.store.run;
  const { registry_version } = context;
  const { to_ms: _end, ...pairing } = work;

  await emptyScratch(context, "interval");
  if (hasStretches(work, measures, state_measures)) await fillIntervals(lane, pairing);
  if (measures.includes(gauge) || state_measures.includes(gauge))
    await fillGauges(lane, { ...pairing, registry_version });
  if (measures.includes(counter) || state_measures.includes(counter)) await fillCounters(lane, pairing);
  if (measures.some((measure) => pointMeasures.has(measure))) await fillPoints(lane, {});
  const cut = await addCutIntervals(context, pairing);
  return { extremes: cut || measures.some((measure) => extremeMeasures.has(measure)) };
}

/** Whether anything may be open for a time: what was open before and met no step is whole windows, unless its story is asked for. */
function hasStretches(
  { only_touched }: Pick<Work, "only_touched">,
  measures: readonly number[],
  state_measures: readonly number[],
): boolean {
  const isStretch = (measure: number): boolean => measure <= 1;
  return measures.some(isStretch) || ((only_touched === 1 || measures.length > 0) && state_measures.some(isStretch));
}

/** From the horizon on, what ended before it in windows that it cuts; whether there are extremes among it. */
async function addCutIntervals(context: RunContext, { from_ms, ...range }: Omit<Work, "to_ms">): Promise<boolean> {
  const horizon = await context.horizon();
  if (horizon?.at !== from_ms) return false;
  await fillCutIntervals(context.deps.store.run, { at_ms: from_ms, run_seq: horizon.run_seq, ...range });
  return horizon.extremes;
}

/** Reads the events of the span once, as steps. */
async function gatherSteps(context: RunContext, work: Work): Promise<void> {
  const lane = context.deps.store.run;
  const reading = { ...work, ...boundParams(context), registry_version: context.registry_version };
  await emptyScratch(context, "event");
  await fillEvents(lane, reading);
  const usage_types = [...context.masked.usage_types];
  const event_types = [...context.masked.event_types];
  if (usage_types.length === 0 || (await selectMaskedEvents(lane, { ...work, event_types })).length === 0) return;
  await fillMaskedEvents(lane, reading);
  if ((await selectUnknownShapes(lane, { usage_types })).length > 0) await writeMaskedShapes(lane, reading);
}

/** Makes whole steps of what reaches further than it says: closes of all parts, ends of accounts, and last partial changes. */
async function completeSteps(
  context: RunContext,
  work: Work,
): Promise<{ measures: readonly number[]; state_measures: readonly number[] }> {
  const lane = context.deps.store.run;
  const { registry_version } = context;
  const { to_ms, ...start } = work;
  const pairing = { ...start, registry_version };
  const [mix] = await selectStepMix(lane, pairing);
  if (mix === undefined) return { measures: [], state_measures: [] };
  if (mix.part_closes !== "0") await spreadCloses(lane, pairing);
  const [ends] = await selectAccountEnds(lane, { from_ms: work.from_ms, to_ms });
  const someEnd = ends !== undefined && ends.accounts !== "0";
  if (someEnd) await fillAccountEnds(lane, work);
  if (mix.partials !== "0") {
    await emptyScratch(context, "partial");
    await emptyScratch(context, "resolved");
    await fillPartials(lane, { ...work, ...boundParams(context), registry_version });
    await resolvePartials(lane, pairing);
    await writeResolvedShapes(lane, {});
    await fillResolved(lane, {});
  }
  // What was open may have a step now that had none.
  return someEnd ? { ...mix, measures: [...mix.measures, ...mix.state_measures] } : mix;
}
