import Type from "typebox";
import { formatInstant, type InstantMs, instant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

const selectHorizon = defineQuery(
  "aggregate/retention/archive_horizon",
  Type.Object({}),
  Type.Object({ at_ms: Type.String(), run_seq: Type.String(), extremes: Type.String() }),
);

/** Before when events are archived, and whose state stands there. */
export interface Horizon {
  readonly at: InstantMs;
  readonly run_seq: string;
  /** Whether windows that it cuts hold readings of which a window keeps one, or counts the different ones. */
  readonly extremes: boolean;
}

/** The horizon as it stands; null = all events are there. It moves in runs alone, so it stays where it is while one goes on. */
export async function readHorizon({ store }: { store: Store }): Promise<Horizon | null> {
  const [row] = await selectHorizon(store.run, {});
  return row === undefined
    ? null
    : { at: instant(Number(row.at_ms)), run_seq: row.run_seq, extremes: row.extremes !== "0" };
}

/** Why an event that would change what is archived is set aside: how to take it in after all. */
export function explainArchived(horizon: InstantMs): { field: string; reason: string } {
  return {
    field: "data.original",
    reason:
      `it concerns what happened before ${formatInstant(horizon)}, which is archived: restore the months from its original's on ` +
      `(tally archive list, tally archive restore <month>), then replay it`,
  };
}

/** What ingest asks: facts before the horizon are refused, and while an archive is made also those before the one to come. */
export interface HorizonWatch {
  /** Facts before it are archived; null = none are. */
  before(): InstantMs | null;
  /** Refuses what is before an instant until it is released. */
  hold(at: InstantMs): () => void;
  /** Reads anew where the horizon is. */
  refresh(): Promise<void>;
}

/** The horizon as this process knows it; where another process moved it, once it is refreshed. */
export async function watchHorizon({ store }: { store: Store }): Promise<HorizonWatch> {
  let known = (await readHorizon({ store }))?.at ?? null;
  let held: InstantMs | null = null;
  return {
    before: () => (held !== null && (known === null || held > known) ? held : known),
    hold: (at) => {
      held = at;
      return () => (held = null);
    },
    refresh: async () => {
      known = (await readHorizon({ store }))?.at ?? null;
    },
  };
}
