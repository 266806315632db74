import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestClock, type TestClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import { createRunLedger, type Run, type RunLedger } from "../../core/runs.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

let opened: TestStore;
let clock: TestClock;
let ledger: RunLedger;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());
beforeEach(async () => {
  await opened.store.write.command({ query: "TRUNCATE TABLE run" });
  clock = createTestClock(instant(Date.UTC(2026, 9, 2)));
  ledger = newLedger();
});

/** A ledger as a process has it that has just started. */
function newLedger(): RunLedger {
  return createRunLedger({ store: opened.store, clock });
}
async function visible(): Promise<string[]> {
  const query = "SELECT run_seq FROM published_run ORDER BY run_seq";
  const result = await opened.store.read.query({ query, format: "JSONEachRow" });
  return (await result.json<{ run_seq: string }>()).map(({ run_seq }) => run_seq);
}
async function lived(state: Run["state"], period?: string): Promise<Run> {
  const run = await ledger.begin("rate", period);
  const done = await ledger.step(run, { state });
  ledger.end(run);
  return done;
}

test("a run begins as running, numbered on from the last, at the time of the clock port", async () => {
  const first = await ledger.begin("aggregate");
  ledger.end(first);
  const second = await ledger.begin("rate", "2026-10");
  expect([first.seq, second.seq]).toEqual([1n, 2n]);
  expect(second).toMatchObject({ state: "running", kind: "rate", period: "2026-10", step: 1, changed_ms: clock.now() });
  expect(second.id).not.toBe(first.id);
  expect(await ledger.get(second.id)).toEqual(second);
});

test("one run at a time: a second one is refused with the name of the first, until that has ended", async () => {
  const first = await ledger.begin("aggregate");
  await expect(ledger.begin("rate", "2026-10")).rejects.toMatchObject({
    key: "run-in-progress",
    message: `run ${first.id} (aggregate) is going on since 2026-10-02T00:00:00.000Z`,
  });
  await ledger.beat(first, { what: "computing windows", done: 3, total: 31, unit: "windows" });
  await expect(ledger.begin("rate", "2026-10")).rejects.toThrow("computing windows: 3 of 31 windows");
  ledger.end(first);
  await expect(ledger.begin("rate", "2026-10")).resolves.toMatchObject({ seq: 2n });
});

test("of two that begin at once one wins", async () => {
  const outcomes = await Promise.allSettled([ledger.begin("aggregate"), ledger.begin("aggregate")]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
});

test("ending another run than the one that is going on ends nothing", async () => {
  const first = await ledger.begin("aggregate");
  ledger.end(first);
  await ledger.begin("aggregate");
  ledger.end(first);
  await expect(ledger.begin("aggregate")).rejects.toMatchObject({ key: "run-in-progress" });
});

test("a run left over by a process that died is failed when the next one begins", async () => {
  const left = await ledger.begin("aggregate");
  const bound = { "log/0": "17" };
  await ledger.step(left, { bound });
  clock.advance(60_000);
  const next = await newLedger().begin("aggregate");
  expect(await ledger.get(left.id)).toMatchObject({
    state: "failed",
    error: "its process ended before it did",
    bound,
    changed_ms: clock.now(),
  });
  expect(next.seq).toBe(2n);
});

test("what a run says of itself is kept to the letter", async () => {
  const run = await ledger.begin("aggregate");
  const change = {
    from_ms: instant(Date.UTC(2026, 9, 1)),
    to_ms: instant(Date.UTC(2026, 9, 1, 23, 59, 59, 999)),
    bound: { "log/0": "9223372036854775807" },
    former_bound: { "log/0": "0" },
    versions: { settings: '{"a":"tab\\tquote\\""}' },
    counts: { records: "12" },
    error: "it's a\ttab\nand \\ more",
  };
  const done = await ledger.step(run, change);
  expect(done).toMatchObject({ ...change, step: 2, state: "running" });
  expect(await ledger.get(run.id)).toEqual(done);
});

test("what a step leaves out stays as it was, whichever earlier step it is given", async () => {
  const begun = await ledger.begin("aggregate");
  await ledger.step(begun, { bound: { "log/0": "5" }, versions: { tzdb: "2026a" } });
  const failed = await ledger.step(begun, { state: "failed", error: "disk full" });
  expect(failed).toMatchObject({ step: 3, bound: { "log/0": "5" }, versions: { tzdb: "2026a" }, error: "disk full" });
  expect(await ledger.get(begun.id)).toEqual(failed);
});

test("steps of a run that was loaded into a new ledger go on", async () => {
  const begun = await ledger.begin("aggregate");
  await ledger.step(begun, { counts: { windows: "3" } });
  const later = newLedger();
  const loaded = (await later.get(begun.id)) as Run;
  expect(loaded.step).toBe(2);
  await later.step(loaded, { state: "failed" });
  await later.step(loaded, { counts: { ...loaded.counts, cleared: "1" } });
  expect(await later.get(begun.id)).toMatchObject({ step: 4, state: "failed", counts: { windows: "3", cleared: "1" } });
});

test("a run is visible from the moment it is published, and never without (P7)", async () => {
  const run = await ledger.begin("aggregate");
  await ledger.step(run, { counts: { records: "5" } });
  expect(await visible()).toEqual([]);
  expect(await ledger.latestPublished("aggregate")).toBeNull();
  const published = await ledger.step(run, { state: "published" });
  expect(await visible()).toEqual(["1"]);
  expect(await ledger.latestPublished("aggregate")).toEqual(published);
});

test("failed, unchanged and discarded runs are never visible", async () => {
  await lived("failed");
  await lived("unchanged");
  await lived("discarded");
  await lived("published", "2026-10");
  expect(await visible()).toEqual(["4"]);
});

test("a dry run cannot be published, and says from the start that it is dry", async () => {
  const run = await ledger.begin("aggregate", "", { dry_run: true });
  expect(await ledger.running()).toMatchObject({ id: run.id, dry_run: true });
  await expect(ledger.step(run, { state: "published" })).rejects.toThrow("a dry run is never published");
  await ledger.step(run, { state: "discarded" });
  expect([await visible(), await ledger.running()]).toEqual([[], null]);
});

test("what is published cannot fail any more, whatever goes wrong after", async () => {
  const run = await ledger.begin("aggregate");
  const published = await ledger.step(run, { state: "published" });
  await ledger.fail(run, new Error("the log is full"));
  expect(await ledger.step(run, { state: "failed" })).toEqual(published);
  expect([await visible(), await ledger.get(run.id)]).toEqual([["1"], published]);
});

test("a run that heard its publishing fail is failed for all, though the row was written", async () => {
  let fails = false;
  const write = Object.create(opened.store.write, {
    insert: {
      value: async (params: Parameters<typeof opened.store.write.insert>[0]) => {
        const written = await opened.store.write.insert(params);
        if (fails) throw new Error("connection lost");
        return written;
      },
    },
  }) as typeof opened.store.write;
  const shaky = createRunLedger({ store: { ...opened.store, write }, clock, shared: false });
  const run = await shaky.begin("aggregate");
  fails = true;
  await expect(shaky.step(run, { state: "published" })).rejects.toThrow("connection lost");
  expect(await visible(), "the row is there").toEqual(["1"]);
  await shaky.fail(run, new Error("connection lost"));
  expect(await visible()).toEqual([]);
  expect(await ledger.get(run.id)).toMatchObject({ state: "failed", error: "connection lost" });
});

test("the latest published run is found by kind and period", async () => {
  await lived("published", "2026-09");
  const october = await lived("published", "2026-10");
  await lived("published", "2026-09");
  await lived("failed", "2026-10");
  expect(await ledger.latestPublished("rate", "2026-10")).toEqual(october);
  expect(await ledger.latestPublished("rate", "2026-08")).toBeNull();
  expect(await ledger.latestPublished("aggregate")).toBeNull();
});

test("runs are listed newest first, in pages, each as it stands", async () => {
  for (const state of ["published", "failed", "unchanged"] as const) await lived(state);
  const page = await ledger.list({ before_seq: null, limit: 2 });
  expect(page.map(({ seq, state }) => [seq, state])).toEqual([
    [3n, "unchanged"],
    [2n, "failed"],
  ]);
  const rest = await ledger.list({ before_seq: 2n, limit: 2 });
  expect(rest.map(({ seq }) => seq)).toEqual([1n]);
  expect(await ledger.get("run_unknown")).toBeNull();
});

test("a beginning that fails leaves the way free for the next", async () => {
  let fails = 1;
  const write = Object.create(opened.store.write, {
    insert: {
      value: async (params: Parameters<typeof opened.store.write.insert>[0]) => {
        if (fails-- > 0) throw new Error("disk full");
        return opened.store.write.insert(params);
      },
    },
  }) as typeof opened.store.write;
  const shaky = createRunLedger({ store: { ...opened.store, write }, clock });
  await expect(shaky.begin("aggregate")).rejects.toThrow("disk full");
  await expect(shaky.begin("aggregate")).resolves.toMatchObject({ seq: 1n });
});
