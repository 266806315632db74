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
  /** Whether the last run computes everything since the beginning again. */
  again: fc.boolean(),
  /** Accounts that live in the default zone until half of the events have come, and only then in their own. */
  late_zones: fc.boolean(),
  range_minutes: fc.constantFrom(1440, 60, 15),
});
type Course = typeof course extends fc.Arbitrary<infer T> ? T : never;

async function live(
  history: History,
  { batch, runs, restart_after, again, late_zones, range_minutes }: Course,
): Promise<Map<string, string>> {
  const zones = new Map<string, string>();
  await pipeline.reset();
  await pipeline.settings.set("usage.stats.job.aggregation.range", String(range_minutes), "test");
  const zoned = async (): Promise<void> => {
    for (const { id, time_zone } of history.accounts) {
      if (await pipeline.moveAccount(id, time_zone)) zones.set(id, time_zone);
    }
  };
  if (!late_zones) await zoned();
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
    if (late_zones && first <= events.length / 2 && first + batch > events.length / 2) await zoned();
    await pipeline.send(events.slice(first, first + batch));
  }
  await pipeline.aggregate(until_ms, again ? from_ms : undefined);
  return zones;
}

function expected(history: History, range_minutes: number, account_zones: Map<string, string>): OracleRecord[] {
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
  "P1, P8: whatever the order, batches, repeats, restarts and runs on the way, the published records are the oracle's",
  { timeout: 600_000 },
  async () => {
    const numRuns = Number(process.env["TALLY_TEST_PROPERTY_RUNS"] ?? 20);
    await fc.assert(
      fc.asyncProperty(historyArbitrary(), course, async (history, how) => {
        const zones = await live(history, how);
        expect(inOrder(await readTruth(pipeline))).toEqual(inOrder(expected(history, how.range_minutes, zones)));
      }),
      { numRuns, endOnFailure: false },
    );
  },
);
