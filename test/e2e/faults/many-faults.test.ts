import { randomInt } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPipeline, type Pipeline } from "../../pipeline.ts";
import { bombard, formatBombarded } from "./bombard.ts";

const seed = Number(process.env["TALLY_TEST_FAULTS_SEED"] ?? randomInt(2 ** 20));
const faults = Number(process.env["TALLY_TEST_FAULTS"] ?? 200);

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());

test(
  "hundreds of faults of store, log, clock and process change no line of any bill and lose no acknowledged event",
  { timeout: 900_000 },
  async () => {
    const found = await bombard(pipeline, { faults, seed });
    process.stdout.write(`seed ${seed}\n${formatBombarded(found)}`);
    expect(found.wrong).toEqual([]);
    expect(found.counts.total()).toBeGreaterThanOrEqual(faults);
  },
);
