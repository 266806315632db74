import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OracleRecord, oracleRecords } from "../oracle/index.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { type History, historyArbitrary } from "./history.ts";

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());

/** How a history reaches the pipeline: how many events at once, and after which share of them a run or a restart comes. */
const course = fc.record({
  batch: fc.integer({ min: 1, max: 40 }),
  runs: fc.array(
    fc.record({ after: fc.double({ min: 0, max: 1, noNaN: true }), until: fc.double({ min: 0, max: 1, noNaN: true }) }),
    { maxLength: 3 },
  ),
  restart_after: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }),
  range_minutes: fc.constantFrom(1440, 60, 15),
});
type Course = typeof course extends fc.Arbitrary<infer T> ? T : never;

async function live(history: History, { batch, runs, restart_after, range_minutes }: Course): Promise<void> {
  await pipeline.reset();
  await pipeline.settings.set("usage.stats.job.aggregation.range", String(range_minutes), "test");
  for (const { id, time_zone } of history.accounts) await pipeline.putAccount(id, time_zone);
  const { events, from_ms, until_ms } = history;
  const pending = runs.toSorted((a, b) => a.after - b.after);
  let restartAt = restart_after;
  for (let first = 0; first < events.length; first += batch) {
    while (pending[0] !== undefined && pending[0].after * events.length <= first) {
      const { until } = pending.shift() as { until: number };
      await pipeline.aggregate(Math.floor(from_ms + until * (until_ms - from_ms)));
    }
    if (restartAt !== null && restartAt * events.length <= first) {
      await pipeline.restart();
      restartAt = null;
    }
    await pipeline.send(events.slice(first, first + batch));
  }
  await pipeline.aggregate(until_ms);
}

function expected(history: History, range_minutes: number): OracleRecord[] {
  const account_zones = new Map(history.accounts.map(({ id, time_zone }) => [id, time_zone]));
  return oracleRecords({
    events: history.events,
    account_zones,
    default_zone: "UTC",
    range_minutes,
    until_ms: history.until_ms,
  });
}

const inOrder = (records: readonly unknown[]): unknown[] =>
  records
    .map((record) =>
      JSON.stringify(record, (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : sorted(value))),
    )
    .toSorted();

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

test(
  "P1: whatever the order, batches, repeats, restarts and runs on the way, the published records are the oracle's",
  { timeout: 600_000 },
  async () => {
    const numRuns = Number(process.env["TALLY_TEST_PROPERTY_RUNS"] ?? 20);
    await fc.assert(
      fc.asyncProperty(historyArbitrary(), course, async (history, how) => {
        await live(history, how);
        expect(inOrder(await readTruth(pipeline))).toEqual(inOrder(expected(history, how.range_minutes)));
      }),
      { numRuns, endOnFailure: false },
    );
  },
);
