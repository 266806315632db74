import type { Clock } from "../../core/clock.ts";
import { createInTurn } from "../../core/in-turn.ts";
import { AppError } from "../../core/errors.ts";
import { formatInstant, type InstantMs } from "../../core/instant.ts";
import type { Run, RunLedger } from "../../core/runs.ts";
import { type Patience, whenFree } from "../../core/when-free.ts";
import type { AggregateRequest } from "../aggregate.ts";

/** Usage as it is now: a dry run whose rows count on top of what was published when it began. */
export interface LiveUsage {
  readonly run: Run;
  readonly live_to: string;
}

export interface Live {
  /** What has been used up to now, at most so many seconds old. @throws AppError run-in-progress when a long run goes on */
  read(): Promise<LiveUsage>;
  /** Refuses figures that a later run clears away, or has cleared; to be asked behind what was read. @throws AppError conflict */
  requireKept(run_id: string): Promise<void>;
}

/** Several who ask in one moment share one answer. */
const ageMsMax = 10_000;
/** A run that is going on is waited for so long; most take less. */
const patience: Patience = { wait_ms_max: 30_000, step_ms: 200 };

/** Live usage by the same run that publishes, which makes it exact, late facts included, and a matter of a run's time. */
export function createLive({
  aggregate,
  runs,
  clock,
}: {
  aggregate(request: AggregateRequest): Promise<Run>;
  runs: RunLedger;
  clock: Clock;
}): Live {
  const inTurn = createInTurn();
  let latest: { readonly live: LiveUsage; readonly at: InstantMs } | null = null;

  async function isKept(run_id: string): Promise<boolean> {
    const run = await runs.get(run_id);
    return run !== null && run.counts["cleared"] === undefined;
  }

  async function read(): Promise<LiveUsage> {
    const now = clock.now();
    if (latest !== null && now - latest.at < ageMsMax && (await isKept(latest.live.run.id))) return latest.live;
    const run = await whenFree(clock, () => aggregate({ until: now, live: true }), patience);
    const live = { run, live_to: formatInstant(now) };
    latest = { live, at: now };
    return live;
  }

  return {
    read: () => inTurn(read),
    requireKept: async (run_id) => {
      if (!(await isKept(run_id)))
        throw new AppError("conflict", "a run has replaced these live figures meanwhile; ask for them anew", {
          field: "live",
        });
    },
  };
}
