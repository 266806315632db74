// Two processes on one store: who may begin, who must stop, and what counts of what each of them writes.
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Clock, createTestClock, type TestClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import { standingOf } from "../../core/run-lease.ts";
import type { Progress } from "../../core/progress.ts";
import { createRunLedger, type Run, type RunLedger } from "../../core/runs.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

const LEASE_MS = 300_000;
const start = instant(Date.UTC(2026, 9, 2));

let opened: TestStore;
let clock: TestClock;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());
beforeEach(forgetRuns);

async function forgetRuns(): Promise<void> {
  await opened.store.write.command({ query: "TRUNCATE TABLE run" });
  clock = createTestClock(start);
}

/** A process that shares the store with others. `hangs`: none of its timers fires, as when the machine sleeps. */
function newProcess({ hangs = false }: { hangs?: boolean } = {}): RunLedger {
  const asleep: Clock = { now: () => clock.now(), sleep: () => new Promise(() => undefined) };
  return createRunLedger({
    store: opened.store,
    clock: hangs ? asleep : clock,
    lease_ms: async () => LEASE_MS,
    shared: true,
  });
}

async function visible(): Promise<string[]> {
  const query = "SELECT run_seq FROM published_run ORDER BY run_seq";
  const result = await opened.store.read.query({ query, format: "JSONEachRow" });
  return (await result.json<{ run_seq: string }>()).map(({ run_seq }) => run_seq);
}

async function rowsOf(run: Run): Promise<number> {
  const query = `SELECT count() AS rows FROM run WHERE run_id = '${run.id}'`;
  const result = await opened.store.read.query({ query, format: "JSONEachRow" });
  return Number((await result.json<{ rows: string }>())[0]?.rows);
}

const windows = (done: number): Progress => ({ what: "computing windows", done, total: 31, unit: "windows" });

test.each<{ why: string; holder?: string; expires: number; now: number; sole: boolean; held: boolean }>([
  { why: "a lease counts until it expires", expires: 1000, now: 0, sole: false, held: true },
  { why: "to its last millisecond", expires: 1000, now: 999, sole: false, held: true },
  { why: "and at its end no more", expires: 1000, now: 1000, sole: false, held: false },
  { why: "one long expired counts no more", expires: 1000, now: 9_000_000, sole: false, held: false },
  { why: "a run of a version without leases has none", holder: "", expires: 0, now: 0, sole: false, held: false },
  { why: "alone on the store nobody else can live", expires: 1000, now: 0, sole: true, held: false },
])("$why", async ({ holder = "a/1", expires, now, sole, held }) => {
  const run = await newProcess({ hangs: true }).begin("aggregate");
  const left = { ...run, holder, lease_expires_ms: instant(expires) };
  expect(standingOf(left, { now: instant(now), sole }).held).toBe(held);
});

test("another process sees the lease: it is refused until the lease expires, with the run, since when and how far", async () => {
  const first = newProcess({ hangs: true });
  const run = await first.begin("aggregate");
  await first.beat(run, windows(3));
  clock.advance(LEASE_MS - 1);
  await expect(newProcess().begin("rate", "2026-10")).rejects.toMatchObject({
    key: "run-in-progress",
    message: `run ${run.id} (aggregate) is going on since 2026-10-02T00:00:00.000Z, computing windows: 3 of 31 windows`,
  });
  clock.advance(1);
  const next = await newProcess().begin("rate", "2026-10");
  expect(next.seq).toBeGreaterThan(run.seq);
  const failed = await newProcess().get(run.id);
  expect(failed?.state).toBe("failed");
  expect(failed?.error).toMatch(/^its lease expired at 2026-10-02T00:05:00.000Z without a sign of life of .+\/\d+$/);
});

test("a holder that wakes up after it was taken over can neither go on nor publish", async () => {
  const sleeper = newProcess({ hangs: true });
  const run = await sleeper.begin("aggregate");
  clock.advance(LEASE_MS);
  const next = newProcess();
  const taken = await next.begin("aggregate");
  expect(() => sleeper.guard(run)).toThrow("may not go on");
  await expect(sleeper.beat(run, windows(4))).rejects.toMatchObject({ key: "lease-lost" });
  await expect(sleeper.step(run, { state: "published" })).rejects.toMatchObject({ key: "lease-lost" });
  expect(await visible()).toEqual([]);
  await next.step(taken, { state: "published" });
  expect(await visible()).toEqual([taken.seq.toString()]);
});

test("even a published row that reaches the store after the take-over counts for nothing", async () => {
  const run = await newProcess({ hangs: true }).begin("aggregate");
  clock.advance(LEASE_MS);
  const taken = await newProcess().begin("aggregate");
  // As if the insert had left the sleeper before it fell asleep: no check of ours stands before it.
  await opened.store.write.command({
    query: `INSERT INTO run (run_seq, step, run_id, kind, state) VALUES (${run.seq}, 99, '${run.id}', 'aggregate', 'published')`,
  });
  expect(await visible()).toEqual([]);
  expect(await newProcess().get(run.id)).toMatchObject({ state: "failed" });
  expect(await newProcess().latestPublished("aggregate")).toBeNull();
  expect(await newProcess().running()).toMatchObject({ id: taken.id });
});

test("a run that lives renews its lease, also while one statement takes longer than the lease", async () => {
  const first = newProcess();
  const run = await first.begin("aggregate");
  for (let minutes = 0; minutes < 20; minutes += 1) {
    const before = await rowsOf(run);
    // A row can be read a moment before its insert resolves; the renewal must be asleep again for the clock to wake it.
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.advance(60_000);
    await vi.waitFor(async () => expect(await rowsOf(run)).toBeGreaterThan(before), { timeout: 10_000, interval: 5 });
  }
  await expect(newProcess().begin("aggregate")).rejects.toMatchObject({ key: "run-in-progress" });
  first.guard(run);
  await first.step(run, { state: "published" });
  expect(await visible()).toEqual([run.seq.toString()]);
});

test("an ended run renews nothing and holds up nobody", async () => {
  const first = newProcess();
  const run = await first.begin("aggregate");
  await first.step(run, { state: "unchanged" });
  first.end(run);
  const rows = await rowsOf(run);
  clock.advance(60_000);
  await newProcess().begin("aggregate");
  expect(await rowsOf(run)).toBe(rows);
});

test("of processes that begin in the same moment one at most goes on, and numbers are never shared", async () => {
  for (let round = 0; round < 5; round += 1) {
    await forgetRuns();
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => newProcess({ hangs: true }).begin("aggregate")));
    const begun = outcomes.filter(({ status }) => status === "fulfilled");
    expect(begun.length).toBeLessThanOrEqual(1);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ key: "run-in-progress" });
    const query = "SELECT uniqExact(run_seq) = uniqExact(run_id) AS apart FROM run";
    const result = await opened.store.read.query({ query, format: "JSONEachRow" });
    expect(await result.json()).toEqual([{ apart: 1 }]);
  }
});

test("progress is stored when the work changes and every two seconds, not at each beat", async () => {
  const first = newProcess({ hangs: true });
  const run = await first.begin("aggregate");
  const seen: number[] = [];
  for (const done of [0, 1, 2]) {
    await first.beat(run, windows(done));
    seen.push((await newProcess().get(run.id))?.progress?.done ?? -1);
  }
  clock.advance(2_000);
  await first.beat(run, windows(3));
  seen.push((await newProcess().get(run.id))?.progress?.done ?? -1);
  await first.beat(run, { ...windows(0), what: "checking" });
  expect([seen, (await newProcess().get(run.id))?.progress]).toEqual([
    [0, 0, 0, 3],
    { what: "checking", done: 0, total: 31, unit: "windows" },
  ]);
});

test("whatever two processes do and however the clock moves, no two hold a lease at once and what is published stays", async () => {
  const act = fc.record({
    by: fc.constantFrom(0, 1),
    does: fc.constantFrom("begin", "begin", "beat", "publish", "fail", "end"),
    after_ms: fc.constantFrom(0, 1_000, LEASE_MS - 1, LEASE_MS, 2 * LEASE_MS),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 12 }), async (acts) => {
      await forgetRuns();
      const processes = [newProcess({ hangs: true }), newProcess({ hangs: true })] as const;
      const mine: (Run | null)[] = [null, null];
      const published = new Set<string>();
      for (const { by, does, after_ms } of acts) {
        clock.advance(after_ms);
        const ledger = processes[by];
        const run = mine[by] ?? null;
        try {
          if (does === "begin") mine[by] = await ledger.begin("aggregate");
          else if (run === null) continue;
          else if (does === "beat") await ledger.beat(run, windows(1));
          else if (does === "fail") await ledger.fail(run, new Error("told to"));
          else if (does === "publish") {
            await ledger.step(run, { state: "published" });
            published.add(run.seq.toString());
          } else ledger.end(run);
          if (does === "fail" || does === "publish" || does === "end") {
            ledger.end(run as Run);
            mine[by] = null;
          }
        } catch (error) {
          expect(["run-in-progress", "lease-lost"]).toContain((error as { key?: string }).key);
        }
        const may = processes.filter((one, index) => mayGoOn(one, mine[index] ?? null));
        expect(may.length).toBeLessThanOrEqual(1);
        expect(new Set(await visible())).toEqual(published);
      }
    }),
    { numRuns: 25 },
  );
});

function mayGoOn(ledger: RunLedger, run: Run | null): boolean {
  if (run === null) return false;
  try {
    ledger.guard(run);
    return true;
  } catch {
    return false;
  }
}

test("a process that stops begins no run, and the one going on ends before its next step: another may begin at once", async () => {
  const [stopping, other] = [newProcess(), newProcess()];
  let went_on = false;
  const work = stopping.hold({ kind: "aggregate" }, async (run) => {
    await stopping.beat(run, windows(1));
    stopping.stop();
    await stopping.beat(run, windows(2));
    went_on = true;
  });
  await expect(work).rejects.toMatchObject({
    key: "lease-lost",
    message: expect.stringContaining("is stopping") as string,
  });
  expect(went_on).toBe(false);
  await expect(stopping.begin("rate")).rejects.toMatchObject({ key: "lease-lost" });
  const next = await other.begin("aggregate");
  await other.step(next, { state: "published" });
  other.end(next);
  expect(await visible()).toEqual([`${next.seq}`]);
});
