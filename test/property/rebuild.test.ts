import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { canonicalLines } from "../e2e/faults/canonical.ts";
import { oracleRecords } from "../oracle/index.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { type History, historyArbitrary } from "./history.ts";
import { propertyRuns } from "./property-runs.ts";

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
const numRuns = propertyRuns({ byDefault: 3, share: 0.01 });

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
  "every checkpoint says in the end what it says in a life that knew all events from the start, late ones included",
  { timeout: 600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, course, async (history, how) => {
        await live(history, how, async () => {});
        const [repairs] = await rows<{ n: string }>("SELECT count() AS n FROM resource_state_repair");
        repaired += Number(repairs?.n);
        const kept = await statesKept();

        await pipeline.forgetUsage();
        for (const { id, time_zone } of history.accounts) await pipeline.putAccount(id, time_zone);
        await pipeline.aggregate(history.until_ms);
        for (const [at, fresh] of await statesKept()) {
          const state = kept.get(at);
          if (state === undefined) continue;
          expect(state, at).toEqual(fresh);
          compared += fresh.length;
        }
      }),
      { numRuns, endOnFailure: false },
    );
    // What never had anything to compare or to repair would prove nothing.
    expect(compared).toBeGreaterThan(numRuns);
    expect(repaired).toBeGreaterThan(0);
  },
);

/** What each checkpoint has, read plainly: as its latest run wrote it, but for resources a later run wrote again. */
async function statesKept(): Promise<Map<string, string[]>> {
  const found = await rows<{ at: string }>(
    `SELECT toString(toUnixTimestamp64Milli(s.at)) AS at, resource, part, usage_type, account_id, toString(shape) AS shape,
       toString(per_ms) AS per_ms, epoch, toString(opened_at) AS opened, toString(opened_by) AS opener
     FROM resource_state AS s
     LEFT ANY JOIN (
       SELECT at, max(run_seq) AS latest FROM checkpoint WHERE run_seq IN (SELECT run_seq FROM published_run) GROUP BY at
     ) AS c ON c.at = s.at
     LEFT ANY JOIN (
       SELECT at, k, max(run_seq) AS latest FROM resource_state_repair WHERE run_seq IN (SELECT run_seq FROM published_run) GROUP BY at, k
     ) AS r ON r.at = s.at AND r.k = s.k
     WHERE s.run_seq = if(r.latest = 0, c.latest, r.latest)`,
  );
  const states = new Map<string, unknown[]>();
  for (const row of found) states.set(row.at, [...(states.get(row.at) ?? []), row]);
  return new Map([...states].map(([at, state]) => [at, canonicalLines(state)]));
}

async function rows<T>(query: string): Promise<T[]> {
  return (await pipeline.store.read.query({ query, format: "JSONEachRow" })).json<T>();
}
