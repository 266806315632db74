import Type from "typebox";
import { type InstantMs, instant } from "../../core/instant.ts";
import { insertLines, timeField } from "../../core/insert-lines.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import {
  checkpointsBetween,
  checkpointsChanged,
  emptyScratch,
  rangesFor,
  type RunContext,
  stateBefore,
} from "../context.ts";
import { pairIntervals } from "../pair-intervals.ts";
import { writeState } from "../run-sql.ts";
import { fixRevisions, fixRuns } from "../standing.ts";

const writeCut = defineCommand(
  "aggregate/retention/archive_cut",
  Type.Object({ run_seq: Type.String(), at_ms: Type.Number() }),
);
const selectStateSum = defineQuery(
  "aggregate/retention/archive_state_sum",
  Type.Object({ from_ms: Type.Number() }),
  Type.Object({ state_checksum: Type.String() }),
);

/** What a horizon cuts lies within so much time before it. */
const CUT_MS = 2 * 86_400_000;

/** The scratch tables as every run has them before it pairs anything. */
export async function prepareScratch(context: RunContext): Promise<void> {
  await fixRuns(context);
  await fixRevisions(context);
  await emptyScratch(context, "touched");
}

/**
 * Writes what later runs need of the time before a month's start once its events are gone: the checkpoint exactly there, unless
 * there is one, and what ended in the windows that the instant cuts. It counts as soon as an archive names the run.
 * @returns the checksum of the state.
 */
export async function writeHorizon(context: RunContext, at: InstantMs): Promise<string> {
  const { deps, run_seq } = context;
  const lane = deps.store.run;
  const from = await stateBefore(context, instant(at - CUT_MS));
  const isThere = (await checkpointsBetween(context, at, at)).length > 0;
  for (const range of await rangesFor(context, { from, to: at, windows: 1 })) {
    await pairIntervals(context, { from_ms: from, to_ms: at, ...range, only_touched: 0 });
    await writeCut(lane, { run_seq, at_ms: at });
    if (!isThere) await writeState(lane, { from_ms: from, ...range, run_seq, to_ms: at });
  }
  if (!isThere) {
    await insertLines(lane, { table: "checkpoint", columns: ["at", "run_seq"] }, `${timeField(at)}\t${run_seq}\n`);
    checkpointsChanged(context);
  }
  const [sum] = await selectStateSum(lane, { from_ms: at });
  return sum?.state_checksum ?? "0";
}
