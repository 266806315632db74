import { test } from "vitest";
import { holdToOracle, openForHistories } from "./hold-to-oracle.ts";
import { HALF_RUNS } from "./property-runs.ts";

openForHistories();

// One half of the histories; pipeline-days.test.ts lives through the other at the same time, in a store of its own.
test(
  "P1, P8: whatever the order, batches, repeats, restarts, revisions and runs on the way, the published records are the oracle's, and their slices add up to them",
  { timeout: 1_200_000 },
  () => holdToOracle({ numRuns: HALF_RUNS, first: 0 }),
);
