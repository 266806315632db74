import { formatInstant, type InstantMs } from "../core/instant.ts";
import { beginning, checkpointsBetween, checkpointsChanged, farthest, type RunContext } from "./context.ts";
import { forgetCheckpoints, forgetRepairs } from "./run-sql.ts";

/** Facts that come up to so late start from a checkpoint of the day before; later ones from the month's first. */
const dailyKept = 10;

/**
 * Lets go of checkpoints that cost more than they save: a late run writes the state of its resources again at every later
 * checkpoint, and each is as large as the cloud. Kept are the last days and the first of each month (UTC): a fact that is
 * years late replays a month of its own resources at most. A checkpoint is a cache, so no bill depends on which there are.
 */
export async function pruneCheckpoints(context: RunContext): Promise<number> {
  const checkpoints = await checkpointsBetween(context, beginning, farthest);
  const gone = superfluous(checkpoints);
  await letGoOf(context, { checkpoints, gone });
  return gone.length;
}

/** Lets go of some of the checkpoints there are, with all that was written for them. */
export async function letGoOf(
  context: RunContext,
  { checkpoints, gone }: { checkpoints: readonly InstantMs[]; gone: InstantMs[] },
): Promise<void> {
  if (gone.length === 0) return;
  const lane = context.deps.store.run;
  await forgetCheckpoints(lane, { checkpoints: gone });
  await forgetRepairs(lane, { checkpoints: gone });
  checkpointsChanged(context);
  const kept = new Set(checkpoints.filter((at) => !gone.includes(at)).map(partitionOf));
  for (const partition of new Set(gone.map(partitionOf))) {
    if (!kept.has(partition))
      await lane.command({ query: `ALTER TABLE resource_state DROP PARTITION ID '${partition}'` });
  }
}

/** Of checkpoints in order those that need not be kept. Pure. */
export function superfluous(checkpoints: readonly InstantMs[]): InstantMs[] {
  const recent = new Set(checkpoints.slice(-dailyKept));
  return checkpoints.filter((at, index) => {
    const before = checkpoints[index - 1];
    const isFirstOfMonth = before === undefined || monthOf(before) !== monthOf(at);
    return !recent.has(at) && !isFirstOfMonth;
  });
}

function partitionOf(at: InstantMs): string {
  return formatInstant(at).slice(0, 10).replaceAll("-", "");
}

function monthOf(at: InstantMs): string {
  return formatInstant(at).slice(0, 7);
}
