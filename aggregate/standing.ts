import { boundParams, checkpointsChanged, emptyScratch, farthest, type RunContext } from "./context.ts";
import {
  fillScratchCounting,
  fillScratchEnded,
  fillScratchRuns,
  fillScratchSuperseded,
  selectRevisionsKnown,
} from "./run-sql.ts";

// What all statements of a run stand on is looked up once, into scratch tables.

/** Notes which runs count for this one, the published ones before it and itself, and which usage types from when on. */
export async function fixRuns(context: RunContext): Promise<void> {
  const { run_seq, before_seq, registry_version } = context;
  await emptyScratch(context, "run");
  await fillScratchRuns(context.deps.store.run, { run_seq, before_seq });
  checkpointsChanged(context);
  await emptyScratch(context, "counting");
  await fillScratchCounting(context.deps.store.run, { registry_version, never_ms: farthest });
}

/** Notes which events revisions made void, and which accounts are gone; needs what arrived to be admitted. */
export async function fixRevisions(context: RunContext): Promise<void> {
  const lane = context.deps.store.run;
  const bound = boundParams(context);
  const [known] = await selectRevisionsKnown(lane, {});
  await emptyScratch(context, "superseded");
  if (known?.revisions !== "0") await fillScratchSuperseded(lane, bound);
  await emptyScratch(context, "ended");
  if (known?.endings !== "0") await fillScratchEnded(lane, bound);
}
