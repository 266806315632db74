import { afterAll, expect, test, vi } from "vitest";
import { createJobHealth, watchJobs } from "../../api/job-health.ts";
import { createAggregateJob, createTickLedger } from "../../api/jobs.ts";
import type { System } from "../../api/system.ts";
import { formatInstant } from "../../core/instant.ts";
import { type Log, silentLog } from "../../core/log.ts";
import { createInProcessScheduler } from "../../core/scheduler-in-process.ts";
import { at } from "../at.ts";
import { openTestSystem } from "../test-system.ts";

const { system, clock, close } = await openTestSystem(at("2026-10-03T12:00:00Z"));
afterAll(close);

/** Runs the scheduler until all that is due by now is done, and answers the ticks it ran. */
async function runDue(watched: System): Promise<string[]> {
  const ran: string[] = [];
  const job = createAggregateJob(watched);
  const { promise, resolve } = settle();
  const cadence = await job.cadence();
  const ledger = createTickLedger(watched);
  const scheduler = createInProcessScheduler({
    // A loop that goes to sleep has nothing left to do.
    clock: { now: clock.now, sleep: (ms, signal) => (resolve(), clock.sleep(ms, signal)) },
    ledger,
    log: silentLog,
  });
  await scheduler.start([
    {
      ...job,
      cadence: () => cadence,
      run: (tick, signal) => (ran.push(formatInstant(tick.at)), job.run(tick, signal)),
    },
  ]);
  await promise;
  await scheduler.stop();
  return ran;
}

function settle(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => void (resolve = done));
  return { promise, resolve };
}

async function send(id: string, type: string, time: string): Promise<void> {
  const value = {
    specversion: "1.0",
    id,
    source: "test",
    type,
    time,
    data: { account_id: "acme", resource: "vm-1", offering: "small" },
  };
  const { rejected } = await system.ingest.accept([{ value, raw: () => JSON.stringify(value) }], "test");
  expect(rejected).toEqual([]);
}

test("the cadence is what the settings say, also after they change", async () => {
  const { cadence } = createAggregateJob(system);
  expect(await cadence()).toEqual({ zone: "UTC", range_minutes: 1440, exec_time: "00:15" });
  await system.settings.set("usage.execution.timezone", "Europe/Amsterdam", "test");
  await system.settings.set("usage.stats.job.exec.time", "02:30", "test");
  expect(await cadence()).toEqual({ zone: "Europe/Amsterdam", range_minutes: 1440, exec_time: "02:30" });
});

test("a first start runs the latest tick, missed days are caught up oldest first, and a restart runs none of them twice", async () => {
  await send("1", "VM.START", "2026-10-02T00:00:00Z");
  // 02:30 in Amsterdam is 00:30 UTC in summer.
  expect(await runDue(system)).toEqual(["2026-10-03T00:30:00.000Z"]);
  clock.set(at("2026-10-06T12:00:00Z"));
  expect(await runDue(system)).toEqual([
    "2026-10-04T00:30:00.000Z",
    "2026-10-05T00:30:00.000Z",
    "2026-10-06T00:30:00.000Z",
  ]);
  expect(await runDue(system)).toEqual([]);
  const runs = await system.runs.list({ before_seq: null, limit: 10 });
  expect(new Set(runs.map(({ asked_by }) => asked_by))).toEqual(new Set(["schedule (aggregate)"]));
});

test("the months that are open are rated once there is a rate card", async () => {
  expect(await system.runs.latestPublished("rate", "2026-10")).toBeNull();
  const tariff = {
    tariff_id: "vm",
    name: "Machine",
    usage_type: 1,
    currency: "EUR",
    unit: "hour" as const,
    model: "per_unit" as const,
    rate: "0.10",
  };
  await system.rateCards.put("default", { name: "Test", currency: "EUR", tariffs: [tariff] }, "test");
  clock.set(at("2026-10-07T12:00:00Z"));
  expect(await runDue(system)).toEqual(["2026-10-07T00:30:00.000Z"]);
  // Running since 2 October 00:00; windows up to 7 October 00:00 are published: 5 days × 24 h × 0.10 EUR
  expect((await system.statements.list({ period: "2026-10", limit: 10 })).map(({ net }) => net)).toEqual(["12.00"]);
});

test("a late fact of an older month changes that month's bill at the next tick", async () => {
  await send("2", "VM.STOP", "2026-07-10T10:00:00Z");
  await send("3", "VM.START", "2026-07-10T00:00:00Z");
  clock.set(at("2026-10-08T12:00:00Z"));
  expect(await runDue(system)).toEqual(["2026-10-08T00:30:00.000Z"]);
  // 10 h × 0.10 EUR
  expect((await system.statements.list({ period: "2026-07", limit: 10 })).map(({ net }) => net)).toEqual(["1.00"]);
});

test("a tick that finds a run going on waits for its end: no failure, no run begun meanwhile, none skipped", async () => {
  clock.set(at("2026-10-09T12:00:00Z"));
  const byHand = await system.runs.begin("rate", "2026-10");
  const before = (await system.runs.list({ before_seq: null, limit: 1000 })).length;
  const health = createJobHealth(system);
  const waiting: string[] = [];
  const tell = (_: object, message: string): void => void waiting.push(message);
  const log = { info: tell, warn: () => undefined, error: tell };
  const ledger = createTickLedger(system);
  const scheduler = createInProcessScheduler({ clock, ledger, log, watch: health });
  await scheduler.start([createAggregateJob(system)]);
  await vi.waitFor(() => expect(waiting).toEqual(["job waits for the run that is going on"]), { timeout: 10_000 });
  // Ten minutes of looking again: nothing piles up.
  for (let seconds = 0; seconds < 600; seconds += 60) {
    clock.advance(60_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect((await system.runs.list({ before_seq: null, limit: 1000 })).length).toBe(before);
  const [aggregation] = await health.read();
  expect(aggregation).toMatchObject({ job: "aggregate", failures_total: 0, due_ticks: 1, state: "on-time" });
  await system.runs.fail(byHand, new Error("given up"));
  system.runs.end(byHand);
  await vi.waitFor(
    async () => {
      clock.advance(2_000);
      expect(await ledger.lastDone("aggregate")).toBe(at("2026-10-09T00:30:00Z"));
    },
    { timeout: 20_000 },
  );
  await scheduler.stop();
  expect((await system.runs.latestPublished("aggregate"))?.to_ms).toBe(at("2026-10-09T00:30:00Z"));
  expect(waiting).not.toContain("job failed, will be tried again");
});

test("a job that is not done is on time, then overdue, and an error is logged once for each tick more", async () => {
  const errors: object[] = [];
  const told: string[] = [];
  const log = {
    error: (fields: object) => void errors.push(fields),
    info: (_: object, message: string) => void told.push(message),
  } as unknown as Log;
  const health = createJobHealth(system);
  const stopping = new AbortController();
  clock.set(at("2026-10-10T00:31:00Z"));
  await createTickLedger(system).done("sanity-check", at("2026-10-20T03:30:00Z"));
  const watched = watchJobs({ health, clock, log }, stopping.signal);
  const look = async (time: string): Promise<void> => {
    await settled();
    clock.set(at(time));
    await settled();
  };
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 600));
  await look("2026-10-10T00:33:00Z");
  expect(errors, "one tick is due: on time").toEqual([]);
  await look("2026-10-11T00:31:00Z");
  await look("2026-10-11T00:33:00Z");
  await look("2026-10-11T00:35:00Z");
  const overdue = { job: "aggregate", state: "overdue", oldest_due_at: "2026-10-10T00:30:00.000Z" };
  expect(errors).toEqual([{ ...overdue, due_ticks: 2, failures_in_row: 0 }]);
  await look("2026-10-12T00:31:00Z");
  expect(errors.slice(1)).toEqual([{ ...overdue, due_ticks: 3, failures_in_row: 0 }]);
  await createTickLedger(system).done("aggregate", at("2026-10-12T00:30:00Z"));
  await look("2026-10-12T00:33:00Z");
  expect(told).toEqual(["job is on time again"]);
  for (let times = 0; times < 3; times += 1) await health.failed("aggregate");
  await look("2026-10-12T00:35:00Z");
  expect(errors.at(-1)).toMatchObject({ state: "failing", due_ticks: 0, failures_in_row: 3 });
  stopping.abort();
  await watched;
  expect(errors).toHaveLength(3);
});
