import { type InstantMs, instant } from "../../core/instant.ts";
import { admitArrivals } from "../admit.ts";
import { emptyScratch, rangesFor, type RunContext, stateBefore } from "../context.ts";
import { pairIntervals } from "../pair-intervals.ts";
import { fillScratchTouched, selectTouched } from "../run-sql.ts";
import { fixRuns } from "../standing.ts";
import { fillOpen } from "./inventory-sql.ts";

/**
 * Fills scratch_open with what is open at an instant, by all events up to the run's bound, those included that no aggregation has
 * read yet: from the checkpoint before it, and for resources with later facts of earlier times from the checkpoint before those.
 * The run must hold the lease; nothing is published. What happens at the very instant has happened.
 */
export async function fillOpenAt(context: RunContext, at: InstantMs): Promise<void> {
  const { deps, run_seq } = context;
  const lane = deps.store.run;
  await fixRuns(context);
  await emptyScratch(context, "touched");
  await lane.command({ query: "TRUNCATE TABLE scratch_open" });
  const from = await stateBefore(context, at);
  await admitArrivals(context, from);
  const [touched] = await selectTouched(lane, { run_seq });
  await fillScratchTouched(lane, { run_seq });
  await pairAndFill(context, { from, at, only_touched: 0 });
  if (touched === undefined || touched.resources === "0") return;
  const early = await stateBefore(context, instant(Number(touched.from_ms)));
  await pairAndFill(context, { from: early, at, only_touched: 1 });
}

async function pairAndFill(
  context: RunContext,
  { from, at, only_touched }: { from: InstantMs; at: InstantMs; only_touched: 0 | 1 },
): Promise<void> {
  const to = instant(at + 1);
  for (const range of await rangesFor(context, { from, to, windows: 1 })) {
    await pairIntervals(context, { from_ms: from, to_ms: to, ...range, only_touched });
    await fillOpen(context.deps.store.run, { at_ms: at, from_ms: from, ...range, only_touched });
  }
}
