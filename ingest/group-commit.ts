/** What one caller wants written, as a rule lines of one table. */
interface Waiting<T> {
  readonly items: readonly T[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** At most so many rows in one insert: a bound on memory, far above what one round of an engine's insert gathers. */
const rowsMax = 50_000;

/**
 * Group commit: whatever arrives while one insert runs goes into the next one, so that the cost of durability is shared.
 * `flush` gets the items of whole callers, in their order, one call at a time; each caller resolves when its flush has
 * (P2), and rejects with its error: then nothing is promised and the same may be sent again.
 */
export function createGroupCommit<T = string>(
  flush: (items: readonly T[]) => Promise<void>,
): (items: readonly T[]) => Promise<void> {
  const queue: Waiting<T>[] = [];
  let flushing = false;

  async function drain(): Promise<void> {
    flushing = true;
    while (queue.length > 0) {
      const group = takeGroup(queue);
      try {
        await flush(group.flatMap(({ items }) => items));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    flushing = false;
  }

  return (items) =>
    new Promise((resolve, reject) => {
      if (items.length === 0) return resolve();
      queue.push({ items, resolve, reject });
      if (!flushing) void drain();
    });
}

function takeGroup<T>(queue: Waiting<T>[]): Waiting<T>[] {
  let rows = 0;
  let callers = 0;
  for (const { items } of queue) {
    if (callers > 0 && rows + items.length > rowsMax) break;
    rows += items.length;
    callers += 1;
  }
  return queue.splice(0, callers);
}
