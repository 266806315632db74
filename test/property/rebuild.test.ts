import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { boundArrays } from "../../core/event-log.ts";
import { registryVersion } from "../../core/usage-types.ts";
import { canonicalLines } from "../e2e/faults/canonical.ts";
import { oracleRecords } from "../oracle/index.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { type History, historyArbitrary } from "./history.ts";

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());

const share = fc.double({ min: 0.05, max: 1, noNaN: true });
/** After which shares of the events a run comes, and up to which share of the time; the cache is lost after the first `lost_after` runs. */
const course = fc.record({
  runs: fc.array(fc.record({ after: share, until: share }), { minLength: 2, maxLength: 4 }),
  lost_after: fc.integer({ min: 1, max: 3 }),
});
type Course = typeof course extends fc.Arbitrary<infer T> ? T : never;

const histories = historyArbitrary({ events: { min: 30, max: 80 }, accounts: { min: 1, max: 3 } });
const numRuns = Number(process.env["TALLY_TEST_PROPERTY_RUNS"] ?? 6);

/** Sends a history with runs on the way and one at the end; `onRun` comes after each, told how many there were. */
async function live(history: History, { runs }: Course, onRun: (done: number) => Promise<void>): Promise<void> {
  await pipeline.reset();
  for (const { id, time_zone } of history.accounts) await pipeline.putAccount(id, time_zone);
  const { events, from_ms, until_ms } = history;
  let sent = 0;
  for (const [index, { after, until }] of runs.toSorted((a, b) => a.after - b.after).entries()) {
    const to = Math.ceil(events.length * after);
    await pipeline.send(events.slice(sent, to));
    sent = Math.max(sent, to);
    await pipeline.aggregate(Math.floor(from_ms + until * (until_ms - from_ms)));
    await onRun(index + 1);
  }
  await pipeline.send(events.slice(sent));
  await pipeline.aggregate(until_ms);
  await onRun(runs.length + 1);
}

test(
  "the state at checkpoints is a cache: lost at any time, the truth is the oracle's all the same",
  { timeout: 600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, course, async (history, how) => {
        await live(history, how, async (done) => {
          if (done !== how.lost_after) return;
          for (const table of ["resource_state", "checkpoint", "resource_state_repair"]) {
            await pipeline.store.run.command({ query: `TRUNCATE TABLE ${table}` });
          }
        });
        const { events, accounts, until_ms } = history;
        const account_zones = new Map(accounts.map(({ id, time_zone }) => [id, time_zone]));
        const expected = oracleRecords({ events, account_zones, default_zone: "UTC", range_minutes: 1440, until_ms });
        expect(canonicalLines(await readTruth(pipeline))).toEqual(canonicalLines(expected));
      }),
      { numRuns, endOnFailure: false },
    );
  },
);

let compared = 0;
let repaired = 0;

test(
  "after each run every checkpoint says what the events alone say, late ones included",
  { timeout: 600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, course, async (history, how) => {
        await live(history, how, async () => {
          for (const at_ms of await checkpoints()) {
            const kept = await stateKept(at_ms);
            expect(canonicalLines(kept)).toEqual(canonicalLines(await stateFromEvents(at_ms)));
            compared += kept.length;
          }
          const [repairs] = await rows<{ n: string }>("SELECT count() AS n FROM resource_state_repair");
          repaired += Number(repairs?.n);
        });
      }),
      { numRuns, endOnFailure: false },
    );
    // What never had anything to compare or to repair would prove nothing.
    expect(compared).toBeGreaterThan(numRuns);
    expect(repaired).toBeGreaterThan(0);
  },
);

const columns =
  "resource, part, usage_type, account_id, toString(shape) AS shape, size, toString(opened_ms) AS opened, toString(opened_by) AS opener";

async function checkpoints(): Promise<number[]> {
  const found = await rows<{ at: string }>(
    "SELECT DISTINCT toUnixTimestamp64Milli(at) AS at FROM checkpoint ORDER BY at",
  );
  return found.map(({ at }) => Number(at));
}

/** What the cache says was open, as the next run would read it. */
async function stateKept(at_ms: number): Promise<unknown[]> {
  return rows(
    `SELECT ${columns} FROM open_state(from_ms = ${at_ms}, k_from = 0, k_to = 18446744073709551615, run_seq = 0, touched_by = 0)`,
  );
}

/** What was open then, worked out from the beginning of time and with no checkpoint. */
async function stateFromEvents(at_ms: number): Promise<unknown[]> {
  const { bound_partitions, bound_offsets } = boundArrays(await pipeline.eventLog().bound());
  return rows(
    `SELECT ${columns} FROM interval(from_ms = ${Date.UTC(2000, 0, 1)}, to_ms = ${at_ms}, k_from = 0, k_to = 18446744073709551615,
       bound_partitions = [${bound_partitions.join()}], bound_offsets = [${bound_offsets.join()}],
       registry_version = '${registryVersion()}', run_seq = 0, touched_by = 0)
     WHERE to_ms > ${at_ms}`,
  );
}

async function rows<T>(query: string): Promise<T[]> {
  return (await pipeline.store.read.query({ query, format: "JSONEachRow" })).json<T>();
}
