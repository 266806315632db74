import fc from "fast-check";
import type { History } from "./history.ts";

/** A counterexample is made small for so long, and no longer. */
const SHRINK_MS = 300_000;

/**
 * Lives through the history that fc.sample draws of `histories` by the seed, and where it does not hold, through ever smaller ones.
 * @throws what the smallest that does not hold says, with the history itself; nothing where the first one holds
 */
export async function makeSmall(
  histories: fc.Arbitrary<History>,
  seed: number,
  hold: (history: History) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(histories, hold), {
    seed,
    numRuns: 1,
    plugins: [fc.interruptAfterTimeLimit(SHRINK_MS, { failOnInterrupt: true })],
  });
}
