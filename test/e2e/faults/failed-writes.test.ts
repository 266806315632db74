import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { oracleRecords } from "../../oracle/index.ts";
import { openPipeline, type Pipeline, readTruth } from "../../pipeline.ts";
import { type History, seededHistory } from "../../property/history.ts";
import { canonicalLines } from "./canonical.ts";

const span = { from: "2026-10-28T00:00:00Z", to: "2026-11-03T00:00:00Z" };
const history = seededHistory(7, { events: 120, resources: 12, accounts: 2, conflicts: false, span });
const { events, until_ms } = history;

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
beforeEach(async () => {
  await pipeline.reset();
  for (const { id, time_zone } of history.accounts) await pipeline.putAccount(id, time_zone);
});
afterAll(() => pipeline.close());

/** The engine refuses inserts into a table as it does on a full disk: it wants more free bytes than any disk has. */
async function fillDisk(table: string): Promise<void> {
  const free = `min_free_disk_bytes_to_perform_insert = ${2n ** 62n}`;
  await command(`ALTER TABLE ${table} MODIFY SETTING ${free}`);
}

async function freeDisk(table: string): Promise<void> {
  await command(`ALTER TABLE ${table} RESET SETTING min_free_disk_bytes_to_perform_insert`);
}

async function expectOracle({ accounts }: History): Promise<void> {
  const account_zones = new Map(accounts.map(({ id, time_zone }) => [id, time_zone]));
  const expected = oracleRecords({ events, account_zones, default_zone: "UTC", range_minutes: 1440, until_ms });
  expect(canonicalLines(await readTruth(pipeline))).toEqual(canonicalLines(expected));
}

test("senders are told when their events could not be kept, and sending them again is all they need do", async () => {
  const [first, second, third] = [events.slice(0, 50), events.slice(50, 90), events.slice(90)];
  const kept = await pipeline.send(first);
  expect(kept.rejected).toEqual([]);
  await fillDisk("event");
  const told = await Promise.allSettled([pipeline.send(second), pipeline.send(third), pipeline.send(second)]);
  const reasons = told.map((outcome) => (outcome.status === "rejected" ? String(outcome.reason) : outcome.status));
  expect(reasons).toEqual([
    expect.stringMatching(/space/i),
    expect.stringMatching(/space/i),
    expect.stringMatching(/space/i),
  ]);
  await freeDisk("event");
  const again = await pipeline.send(second);
  expect(again.rejected).toEqual([]);
  expect(again.accepted).toBeGreaterThan(0);
  expect(await pipeline.send(first)).toEqual({ accepted: 0, duplicates: first.length, rejected: [] });
  await pipeline.aggregate(until_ms);
  await pipeline.send(third);
  await pipeline.aggregate(until_ms);
  await expectOracle(history);
});

test("a refused event that could not be kept in quarantine is not answered as if it were, and its neighbours count once", async () => {
  await fillDisk("quarantine");
  const mixed = [...events, { nonsense: true }];
  await expect(pipeline.send(mixed)).rejects.toThrow(/space/i);
  expect(await pipeline.quarantine().count()).toBe(0);
  await freeDisk("quarantine");
  const { rejected } = await pipeline.send(mixed);
  expect(rejected).toHaveLength(1);
  expect(await pipeline.quarantine().count()).toBe(1);
  await pipeline.aggregate(until_ms);
  await expectOracle(history);
});

async function command(query: string): Promise<void> {
  await pipeline.store.write.command({ query });
}

/** Half of the history published, the rest (late facts among it) sent and waiting. @returns the truth as it stands. */
async function publishHalf(): Promise<string[]> {
  await pipeline.send(events.slice(0, 60));
  await pipeline.aggregate(Date.UTC(2026, 9, 31));
  // What was sent already must be found by the run, and not by what the way in remembers.
  await pipeline.restart();
  await pipeline.send(events);
  const truth = canonicalLines(await readTruth(pipeline));
  expect(truth.length).toBeGreaterThan(0);
  return truth;
}

test.each(["usage_record", "slice", "run_window", "resource_state", "event_identity", "event_excluded"])(
  "a run that cannot write %s fails, leaves the former truth as it was, and the next run makes up for it",
  async (table) => {
    const before = await publishHalf();
    await fillDisk(table);
    await expect(pipeline.aggregate(until_ms)).rejects.toThrow(/space/i);
    await freeDisk(table);
    expect(canonicalLines(await readTruth(pipeline))).toEqual(before);
    expect((await pipeline.aggregate(until_ms)).state).toBe("published");
    await expectOracle(history);
  },
);

test("a run that did all its work and cannot say it is published leaves the former truth, and the next run makes up for it", async () => {
  const before = await publishHalf();
  await command("ALTER TABLE run ADD CONSTRAINT unpublishable CHECK state != 'published'");
  await expect(pipeline.aggregate(until_ms)).rejects.toThrow(/unpublishable/);
  await command("ALTER TABLE run DROP CONSTRAINT unpublishable");
  expect(canonicalLines(await readTruth(pipeline))).toEqual(before);
  expect((await pipeline.aggregate(until_ms)).state).toBe("published");
  await expectOracle(history);
});

test("a run that hears publishing failed though it was written counts as failed for every reader", async () => {
  await publishHalf();
  // The row is in table run before the view that hangs on it throws: as when an answer is lost on its way back.
  await command("CREATE TABLE told (n UInt8) ENGINE = Null");
  await command(
    "CREATE MATERIALIZED VIEW telling TO told AS SELECT toUInt8(throwIf(state = 'published', 'lost answer')) AS n FROM run",
  );
  await expect(pipeline.aggregate(until_ms)).rejects.toThrow(/lost answer/);
  await command("DROP VIEW telling");
  await command("DROP TABLE told");
  const { store } = pipeline;
  const twice = "SELECT count() AS n FROM run WHERE state IN ('published', 'failed') GROUP BY run_seq HAVING n = 2";
  expect(await (await store.read.query({ query: twice, format: "JSONEachRow" })).json()).toEqual([{ n: "2" }]);
  const seen = await store.read.query({
    query: "SELECT max(run_seq) AS seq FROM published_usage(as_of = 1000, live_seq = 0)",
    format: "JSONEachRow",
  });
  expect(await seen.json()).toEqual([{ seq: "1" }]);
  await pipeline.aggregate(until_ms);
  await expectOracle(history);
});
