/** Runs `act` once everything given before has ended, whatever came of it. */
export type InTurn = <T>(act: () => Promise<T>) => Promise<T>;

/**
 * A queue of one at a time, for what reads before it writes: the store compares nothing, so a version is counted up and a
 * name is found free by the one writer of control data alone (ARCHITECTURE). One that fails does not stop those behind it.
 */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const done = last.then(act);
    last = done.catch(() => undefined);
    return done;
  };
}
