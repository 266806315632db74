// The scheduler of several processes, on a real Redis: the suite every scheduler passes, then what only Redis can do to it.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createTestClock, systemClock } from "../../core/clock.ts";
import { createControlLock } from "../../core/control-lock.ts";
import { instant, type InstantMs } from "../../core/instant.ts";
import { createJobLeases, type JobLeases } from "../../core/job-lease.ts";
import { openJobQueues } from "../../core/job-queues.ts";
import { connectRedis } from "../../core/redis.ts";
import { type Cadence, dueTicks, nextTick } from "../../core/schedule.ts";
import { createBullScheduler } from "../../core/scheduler-bullmq.ts";
import type { Job, TickLedger } from "../../core/scheduler.ts";
import { createMemoryLedger, describeScheduler } from "../conformance/scheduler.ts";
import { anyRedisUrl, startRedis, type TestRedis, withoutRedis } from "../services/redis.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const PATIENCE = { timeout: 20_000, interval: 10 };
const MINUTE_MS = 60_000;
const minutely: Cadence = { zone: "UTC", range_minutes: 1, exec_time: "00:00" };

let redis: TestRedis;
let opened: TestStore;

describe.skipIf(withoutRedis)(
  "BullMQ on a real Redis (skipped where there is no redis-server; apt-get install redis-server)",
  () => {
    beforeAll(async () => {
      redis = await startRedis();
      opened = await openTestStore();
    });
    afterAll(async () => {
      await opened.close();
      await redis.close();
    });

    // One prefix a ledger, so that a restart meets the queue it left behind.
    const prefixes = new WeakMap<TickLedger, string>();
    function prefixOf(ledger: TickLedger): string {
      const prefix = prefixes.get(ledger) ?? `t${randomUUID()}`;
      prefixes.set(ledger, prefix);
      return prefix;
    }

    /** A process's part: a scheduler with leases of its own, on the store and the Redis of all. */
    function newProcess({ ledger, clock }: { ledger: TickLedger; clock: typeof systemClock }, redis_url = redis.url) {
      const prefix = prefixOf(ledger);
      const connection = connectRedis(redis_url, { log: silent });
      const inControl = createControlLock({ store: opened.store, clock, redis: connection, prefix });
      const kept = createJobLeases({ store: opened.store, clock, inControl, lease_ms: async () => 60_000 });
      // Tests share a store, and all have a job of one name.
      const leases: JobLeases = {
        take: (job, tick) => kept.take(`${prefix}/${job}`, tick),
        lastTaken: (job) => kept.lastTaken(`${prefix}/${job}`),
      };
      const scheduler = createBullScheduler({ clock, ledger, log: silent, redis_url, leases, prefix });
      return { scheduler, dispose: async () => connection.disconnect() };
    }

    describeScheduler("BullMQ", async ({ ledger, start }) => {
      const clock = createTestClock(start);
      return { ...newProcess({ ledger, clock }, anyRedisUrl(redis)), moveTo: (at) => clock.set(at) };
    });

    /** The machine's clock, set so that a minute begins in `ms`. */
    function minuteIn(ms: number): typeof systemClock {
      const ahead = MINUTE_MS - ms - (systemClock.now() % MINUTE_MS);
      return { ...systemClock, now: () => instant(systemClock.now() + ahead) };
    }

    test("the bell rings at the tick by itself, and two processes that hear it run the tick once", async () => {
      const clock = minuteIn(2_000);
      const tick = nextTick(clock.now(), minutely);
      const ledger = createMemoryLedger({ bell: instant(tick - MINUTE_MS) });
      const ran: InstantMs[] = [];
      const began: InstantMs[] = [];
      const job: Job = {
        name: "bell",
        cadence: () => minutely,
        run: async ({ at }) => void (ran.push(at), began.push(clock.now())),
      };
      const both = [newProcess({ ledger, clock }), newProcess({ ledger, clock })];
      for (const { scheduler } of both) await scheduler.start([job]);
      await vi.waitFor(() => expect(ran).toEqual([tick]), PATIENCE);
      // The look that finds a tick unheard comes five seconds after it: this one was the bell.
      expect((began[0] ?? 0) - tick).toBeLessThan(4_000);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(ran).toEqual([tick]);
      for (const { scheduler, dispose } of both) await scheduler.stop().then(dispose);
    });

    test("Redis flushed while the bell hangs: the tick is run all the same, once", async () => {
      const clock = minuteIn(1_500);
      const tick = nextTick(clock.now(), minutely);
      const ledger = createMemoryLedger({ bell: instant(tick - MINUTE_MS) });
      const ran: InstantMs[] = [];
      const one = newProcess({ ledger, clock });
      await one.scheduler.start([{ name: "bell", cadence: () => minutely, run: async ({ at }) => void ran.push(at) }]);
      const hangs = () => redis.ask((client) => client.exists(`${prefixOf(ledger)}:jobs-bell:repeat:tick`));
      await vi.waitFor(async () => expect(await hangs()).toBe(1), { timeout: 1_000, interval: 10 });
      await redis.flush();
      expect(await hangs()).toBe(0);
      await vi.waitFor(() => expect(ran).toEqual([tick]), PATIENCE);
      await vi.waitFor(async () => expect(await hangs()).toBe(1), PATIENCE);
      await one.scheduler.stop().then(one.dispose);
      expect(ledger.log).toHaveLength(1);
    });

    test("Redis flushed while a tick is run: no second process begins it, and it is done once", async () => {
      const clock = createTestClock(instant(Date.UTC(2026, 9, 1, 10, 20)));
      const ledger = createMemoryLedger();
      let open = (): void => undefined;
      const gate = new Promise<void>((resolve) => (open = resolve));
      let began = 0;
      const job: Job = {
        name: "slow",
        cadence: () => ({ ...minutely, range_minutes: 60 }),
        run: async () => {
          began += 1;
          await gate;
        },
      };
      const first = newProcess({ ledger, clock });
      await first.scheduler.start([job]);
      await vi.waitFor(() => expect(began).toBe(1), PATIENCE);
      await redis.flush();
      const second = newProcess({ ledger, clock });
      await second.scheduler.start([job]);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(began).toBe(1);
      open();
      await vi.waitFor(() => expect(ledger.log).toEqual(["2026-10-01T10:00:00.000Z"]), PATIENCE);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect([began, ledger.log.length]).toEqual([1, 1]);
      for (const { scheduler, dispose } of [first, second]) await scheduler.stop().then(dispose);
    });

    test("Redis away over a tick: it is run when Redis is back, and only then, once", async () => {
      const clock = minuteIn(2_000);
      const tick = nextTick(clock.now(), minutely);
      const ledger = createMemoryLedger({ bell: instant(tick - MINUTE_MS) });
      const ran: InstantMs[] = [];
      const one = newProcess({ ledger, clock });
      await one.scheduler.start([{ name: "bell", cadence: () => minutely, run: async ({ at }) => void ran.push(at) }]);
      await redis.stop();
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      expect(clock.now()).toBeGreaterThan(tick);
      expect(ran).toEqual([]);
      await redis.start();
      await vi.waitFor(() => expect(ran).toEqual([tick]), PATIENCE);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(ledger.log).toHaveLength(1);
      await one.scheduler.stop().then(one.dispose);
    });

    test("it stops while Redis is away", async () => {
      const one = newProcess({ ledger: createMemoryLedger(), clock: systemClock });
      await one.scheduler.start([{ name: "bell", cadence: () => minutely, run: async () => undefined }]);
      await redis.stop();
      await one.scheduler.stop().then(one.dispose);
      await redis.start();
    });

    test("a first tick that keeps failing is not dropped for a later one, and counts show what waits", async () => {
      const clock = createTestClock(instant(Date.UTC(2026, 9, 1, 10, 20)));
      const ledger = createMemoryLedger();
      const ran: string[] = [];
      const run = async ({ at }: { at: InstantMs }): Promise<void> => {
        ran.push(new Date(at).toISOString().slice(11, 16));
        if (ran.length === 1) throw new Error("not yet");
      };
      const one = newProcess({ ledger, clock });
      await one.scheduler.start([{ name: "first", cadence: () => ({ ...minutely, range_minutes: 60 }), run }]);
      await vi.waitFor(() => expect(ran).toHaveLength(1), PATIENCE);
      clock.set(instant(Date.UTC(2026, 9, 1, 12, 20)));
      await vi.waitFor(() => expect(ledger.log).toHaveLength(3), PATIENCE);
      expect(ran).toEqual(["10:00", "10:00", "11:00", "12:00"]);
      const queues = openJobQueues({ redis_url: redis.url, log: silent, prefix: prefixOf(ledger) });
      const settled = { waiting: 0, active: 0, delayed: 1, failed: 0 };
      await vi.waitFor(async () => expect(await queues.counts("first")).toEqual(settled), PATIENCE);
      await queues.close();
      await one.scheduler.stop().then(one.dispose);
    });
  },
);

test("ticks that a bell's pattern gives are those that are due", async () => {
  const { cadenceOf, patternOf } = await import("../../core/repeat-pattern.ts");
  for (const zone of ["Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "UTC"])
    for (const exec_time of ["00:15", "02:30", "23:59"])
      for (const range_minutes of [1440, 60, 25]) {
        const cadence = { zone, exec_time, range_minutes };
        expect(cadenceOf(patternOf(cadence), zone)).toEqual(cadence);
        const from = instant(Date.UTC(2026, 2, 27));
        expect(dueTicks(from, instant(from + 86_400_000 * 4), cadenceOf(patternOf(cadence), zone))).toEqual(
          dueTicks(from, instant(from + 86_400_000 * 4), cadence),
        );
      }
  expect(() => cadenceOf("*/5 * * * *", "UTC")).toThrow(RangeError);
});
