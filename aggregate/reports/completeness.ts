import { formatInstant, instant } from "../../core/instant.ts";
import type { Store } from "../../core/store.ts";
import { selectPublishedZones } from "../run-sql.ts";
import { oncePublished, readPublication } from "./publication.ts";

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

/** How far usage is published, the run_seq to read it as of, the state of publication and its covers (publication.ts). */
export async function readCompleteness({
  store,
}: {
  store: Store;
}): Promise<{ as_of: bigint; state: string; covers: string; completeness: Completeness }> {
  const { state, as_of, run_id, bound, covers } = await readPublication({ store });
  const read = (): Promise<string | null> => readCompleteTo({ store });
  const complete_to = await oncePublished({ store }, { state, name: "complete to", read });
  return { as_of, state, covers, completeness: { complete_to, bound, run_id, provisional: false } };
}

async function readCompleteTo({ store }: { store: Store }): Promise<string | null> {
  const zones = (await selectPublishedZones(store.read, {})).map(({ published_to_ms, ends_ms }) => ({
    end: Number(published_to_ms),
    stays: Number(ends_ms) > Number(published_to_ms),
  }));
  // A zone that everybody has left goes no further.
  const going = zones.filter(({ stays }) => stays).map(({ end }) => end);
  const end = going.length > 0 ? Math.min(...going) : Math.max(...zones.map((zone) => zone.end));
  return zones.length === 0 ? null : formatInstant(instant(end));
}
