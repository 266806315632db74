import { test } from "vitest";
import { holdToOracle, openForHistories } from "./hold-to-oracle.ts";
import { HALF_RUNS } from "./property-runs.ts";

openForHistories();

// The courses after those of small windows and of few histories, which pipeline.test.ts begins with.
test(
  "P1, P8: histories in large company, by days and half days, come out as the oracle has them, and their slices add up to their records",
  { timeout: 1_200_000 },
  () => holdToOracle({ numRuns: HALF_RUNS, first: 5 }),
);
