import type { Clock } from "./clock.ts";
import type { InstantMs } from "./instant.ts";
import { isSole, placeOf, type Store } from "./store.ts";

/** No work takes so long without a sign: whoever did it is gone, as a container that was made anew under another name. */
const SILENT_MS_MAX = 86_400_000;

/** What says that it goes on, since when without another sign, and where it is done. */
interface GoingOn {
  readonly holder: string;
  readonly changed_ms: number;
}

/** Whether work has been silent for longer than any is. */
export function isSilent({ changed_ms }: Pick<GoingOn, "changed_ms">, now: InstantMs): boolean {
  return now - changed_ms > SILENT_MS_MAX;
}

/**
 * Whether nobody does any more what says that it goes on; to be asked by a process before it does any such work. Who has a store alone has what
 * others left in it, also where it was restored from a backup that was on its way then.
 */
export function isLeftBehind(work: GoingOn, { store, clock }: { store: Store; clock: Clock }): boolean {
  return isSole(store) || work.holder === placeOf(store) || isSilent(work, clock.now());
}
