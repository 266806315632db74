import { formatInstant, instant } from "../../core/instant.ts";
import type { RunLedger } from "../../core/runs.ts";
import type { Store } from "../../core/store.ts";
import { selectPublishedZones } from "../run-sql.ts";

/** How complete an answer is: every list and summary says it. */
export interface Completeness {
  /** All windows that end by then are published, in every zone; null = nothing is published yet. */
  readonly complete_to: string | null;
  /** How much of the event log the latest published run has seen. */
  readonly bound: Readonly<Record<string, string>>;
  readonly run_id: string | null;
  /** Whether the answer holds usage that no run has published. */
  readonly provisional: boolean;
}

/** How far usage is published, and the run_seq to read it as of. */
export async function readCompleteness({
  store,
  runs,
}: {
  store: Store;
  runs: RunLedger;
}): Promise<{ as_of: bigint; completeness: Completeness }> {
  const run = await runs.latestPublished("aggregate");
  const zones = (await selectPublishedZones(store.read, {})).map(({ published_to_ms, ends_ms }) => ({
    end: Number(published_to_ms),
    stays: Number(ends_ms) > Number(published_to_ms),
  }));
  // A zone that everybody has left goes no further.
  const going = zones.filter(({ stays }) => stays).map(({ end }) => end);
  const end = going.length > 0 ? Math.min(...going) : Math.max(...zones.map((zone) => zone.end));
  const complete_to = zones.length === 0 ? null : formatInstant(instant(end));
  return {
    as_of: run?.seq ?? 0n,
    completeness: { complete_to, bound: run?.bound ?? {}, run_id: run?.id ?? null, provisional: false },
  };
}
