import type { Clock } from "./clock.ts";
import { isSole, placeOf, type Store } from "./store.ts";

/** No work takes so long without a sign: whoever did it is gone, as a container that was made anew under another name. */
const SILENT_MS_MAX = 86_400_000;

/** What says that it goes on, since when without another sign, and where it is done. */
interface GoingOn {
  readonly holder: string;
  readonly changed_ms: number;
}

/**
 * Whether nobody does any more what says that it goes on; to be asked by a process before it does any such work. Who has a store alone has what
 * others left in it, also where it was restored from a backup that was on its way then.
 */
export function isLeftBehind(work: GoingOn, { store, clock }: { store: Store; clock: Clock }): boolean {
  return isSole(store) || work.holder === placeOf(store) || isForsaken(work, { store, clock });
}

/** The same while this process works: it knows of its own, and another one is gone once it has been silent for longer than any work is. */
export function isForsaken({ holder, changed_ms }: GoingOn, { store, clock }: { store: Store; clock: Clock }): boolean {
  return holder !== placeOf(store) && clock.now() - changed_ms > SILENT_MS_MAX;
}
