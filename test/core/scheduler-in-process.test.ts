import { expect, test, vi } from "vitest";
import { createTestClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import { createInProcessScheduler } from "../../core/scheduler-in-process.ts";
import { createMemoryLedger, describeScheduler } from "../conformance/scheduler.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describeScheduler("in-process", async ({ ledger, start }) => {
  const clock = createTestClock(start);
  return {
    scheduler: createInProcessScheduler({ clock, ledger, log: silent }),
    moveTo: (at) => clock.set(at),
    dispose: async () => undefined,
  };
});

const MINUTE_MS = 60_000;
const PATIENCE = { timeout: 10_000, interval: 5 };
const minutely = { zone: "UTC", range_minutes: 1, exec_time: "00:00" };

test("retries wait 1 s, then twice as long each time, and each failure is logged with its wait", async () => {
  const clock = createTestClock(instant(MINUTE_MS));
  const waits: number[] = [];
  const log = { ...silent, error: (fields: object) => void waits.push((fields as { retry_ms: number }).retry_ms) };
  const tried: number[] = [];
  const run = async (): Promise<void> => {
    tried.push(clock.now());
    throw new Error("always");
  };
  const scheduler = createInProcessScheduler({ clock, ledger: createMemoryLedger(), log });
  await scheduler.start([{ name: "failing", cadence: () => minutely, run }]);
  for (const wait of [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]) {
    await vi.waitFor(() => expect(waits.at(-1)).toBe(wait), PATIENCE);
    clock.advance(wait - 1); // one millisecond short: nothing may happen yet
    await new Promise(setImmediate);
    const before = tried.length;
    clock.advance(1);
    await vi.waitFor(() => expect(tried).toHaveLength(before + 1), PATIENCE);
  }
  expect(tried.slice(0, 4).map((ms) => ms - MINUTE_MS)).toEqual([0, 1000, 3000, 7000]);
  await scheduler.stop();
});

test("a tick the ledger could not record is run again: at least once, never less", async () => {
  const clock = createTestClock(instant(MINUTE_MS));
  const ledger = createMemoryLedger();
  let refusals = 1;
  const forgetful = {
    ...ledger,
    done: async (job: string, at: ReturnType<typeof instant>) => {
      if (refusals-- > 0) throw new Error("disk full");
      await ledger.done(job, at);
    },
  };
  const ran: number[] = [];
  const scheduler = createInProcessScheduler({ clock, ledger: forgetful, log: silent });
  await scheduler.start([{ name: "job", cadence: () => minutely, run: async (tick) => void ran.push(tick.at) }]);
  await vi.waitFor(() => expect(ran).toEqual([MINUTE_MS]), PATIENCE);
  await new Promise(setImmediate);
  clock.advance(1000);
  await vi.waitFor(() => expect(ledger.log).toHaveLength(1), PATIENCE);
  expect(ran).toEqual([MINUTE_MS, MINUTE_MS]);
  await scheduler.stop();
});

test("a first tick that keeps failing is not dropped for a later one", async () => {
  const clock = createTestClock(instant(MINUTE_MS));
  const ledger = createMemoryLedger();
  const ran: number[] = [];
  const run = async (tick: { at: number }): Promise<void> => {
    ran.push(tick.at);
    if (ran.length === 1) throw new Error("not yet");
  };
  const scheduler = createInProcessScheduler({ clock, ledger, log: silent });
  await scheduler.start([{ name: "job", cadence: () => minutely, run }]);
  await vi.waitFor(() => expect(ran).toHaveLength(1), PATIENCE);
  await new Promise(setImmediate);
  clock.advance(2 * MINUTE_MS);
  await vi.waitFor(() => expect(ledger.log).toHaveLength(3), PATIENCE);
  expect(ran).toEqual([MINUTE_MS, MINUTE_MS, 2 * MINUTE_MS, 3 * MINUTE_MS]);
  await scheduler.stop();
});

test("a scheduler starts once", async () => {
  const scheduler = createInProcessScheduler({
    clock: createTestClock(instant(0)),
    ledger: createMemoryLedger(),
    log: silent,
  });
  await scheduler.start([]);
  await expect(scheduler.start([])).rejects.toThrow(/already/);
  await scheduler.stop();
});
