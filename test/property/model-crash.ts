import type { Store } from "../../core/store.ts";

const METHODS = ["query", "command", "insert", "exec"] as const;

/** What a process that dies says to whoever still waits in it. */
class Died extends Error {}

/**
 * Lets a piece of work die at one of its statements, counted over all lanes from 0: with `isDone` the engine still carries that one
 * out and only the answer is lost, as when the plug is pulled after the write. Whatever is asked of the store afterwards comes too late.
 * @returns whether it died; false = it was done before, or could do without what came after.
 */
export async function dieDuring(
  store: Store,
  { statement, isDone }: { readonly statement: number; readonly isDone: boolean },
  work: () => Promise<unknown>,
): Promise<boolean> {
  const lanes = [store.read, store.write, store.run];
  let asked = 0;
  for (const lane of lanes) {
    for (const method of METHODS) {
      const carryOut = lane[method].bind(lane) as (request: unknown) => Promise<unknown>;
      const mortal = async (request: unknown): Promise<unknown> => {
        const number = asked++;
        if (number < statement) return carryOut(request);
        if (number === statement && isDone) await carryOut(request);
        throw new Died(`died at statement ${number}`);
      };
      Object.assign(lane, { [method]: mortal });
    }
  }
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof Died) return true;
    throw error;
  } finally {
    // The methods of the client itself come to light again.
    for (const lane of lanes) for (const method of METHODS) Reflect.deleteProperty(lane, method);
  }
}
