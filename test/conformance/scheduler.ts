import { afterEach, describe, expect, test, vi } from "vitest";
import { formatInstant, type InstantMs } from "../../core/instant.ts";
import type { Cadence } from "../../core/schedule.ts";
import type { Job, Scheduler, TickLedger } from "../../core/scheduler.ts";
import { at } from "../at.ts";

/** What an adapter's test hands over: its scheduler and a way to move the clock it looks at. */
export interface SchedulerUnderTest {
  readonly scheduler: Scheduler;
  /** Moves the scheduler's clock to `at`; what falls due may run any time after. */
  readonly moveTo: (at: InstantMs) => void;
  /** Frees what the adapter holds beside the scheduler itself. */
  dispose(): Promise<void>;
}

/** Builds an adapter on `ledger`, its clock at `start`. May be called again on the same ledger: that is a restart. */
export type MakeScheduler = (given: { ledger: TickLedger; start: InstantMs }) => Promise<SchedulerUnderTest>;

const daily: Cadence = { zone: "Europe/Amsterdam", range_minutes: 1440, exec_time: "02:30" };
const hourly: Cadence = { zone: "UTC", range_minutes: 60, exec_time: "00:15" };

/** How long an adapter may take, in real time, to do what is due. Waiting ends as soon as it is done. */
const PATIENCE = { timeout: 10_000, interval: 5 };

/** How long nothing is watched for, to see that it stays nothing. */
const QUIET_MS = 50;

/** A ledger in memory that also keeps the order in which ticks were done. */
export function createMemoryLedger(
  last: Readonly<Record<string, InstantMs>> = {},
): TickLedger & { readonly log: string[] } {
  const done = new Map(Object.entries(last));
  const log: string[] = [];
  return {
    log,
    lastDone: async (job) => done.get(job) ?? null,
    done: async (job, at) => {
      done.set(job, at);
      log.push(formatInstant(at));
    },
  };
}

/** The promises of core/scheduler.ts that every adapter keeps. */
export function describeScheduler(name: string, make: MakeScheduler): void {
  describe(`scheduler: ${name}`, () => {
    const open: SchedulerUnderTest[] = [];
    afterEach(async () => {
      for (const one of open.splice(0)) {
        await one.scheduler.stop();
        await one.dispose();
      }
    });
    const made = async (ledger: TickLedger, start: string): Promise<SchedulerUnderTest> => {
      const one = await make({ ledger, start: at(start) });
      open.push(one);
      return one;
    };

    test("ticks missed while it was down are caught up oldest first", async () => {
      const ledger = createMemoryLedger({ aggregate: at("2026-10-23T02:30:00+02:00") });
      const { scheduler } = await made(ledger, "2026-10-26T12:00:00+01:00");
      const ran: string[] = [];
      await scheduler.start([job("aggregate", daily, async (tick) => void ran.push(formatInstant(tick)))]);
      const missed = ["2026-10-24T00:30:00.000Z", "2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"];
      await vi.waitFor(() => expect(ledger.log).toEqual(missed), PATIENCE);
      expect(ran).toEqual(missed);
    });

    test("a job runs at each tick as the clock reaches it, under its nominal instant, and never before", async () => {
      const ledger = createMemoryLedger({ aggregate: at("2026-10-01T10:15:00Z") });
      const { scheduler, moveTo } = await made(ledger, "2026-10-01T10:20:00Z");
      await scheduler.start([job("aggregate", hourly)]);
      moveTo(at("2026-10-01T11:14:59.999Z"));
      await quiet();
      expect(ledger.log).toEqual([]);
      moveTo(at("2026-10-01T11:15:07Z"));
      await vi.waitFor(() => expect(ledger.log).toEqual(["2026-10-01T11:15:00.000Z"]), PATIENCE);
      moveTo(at("2026-10-01T13:30:00Z"));
      await vi.waitFor(
        () => expect(ledger.log.slice(1)).toEqual(["2026-10-01T12:15:00.000Z", "2026-10-01T13:15:00.000Z"]),
        PATIENCE,
      );
    });

    test("a restart does not repeat what the ledger has as done", async () => {
      const ledger = createMemoryLedger();
      const first = await made(ledger, "2026-10-01T10:20:00Z");
      await first.scheduler.start([job("aggregate", hourly)]);
      await vi.waitFor(() => expect(ledger.log).toEqual(["2026-10-01T10:15:00.000Z"]), PATIENCE);
      await first.scheduler.stop();

      const second = await made(ledger, "2026-10-01T11:20:00Z");
      await second.scheduler.start([job("aggregate", hourly)]);
      await vi.waitFor(() => expect(ledger.log.slice(1)).toEqual(["2026-10-01T11:15:00.000Z"]), PATIENCE);
      await quiet();
      expect(ledger.log).toHaveLength(2);
    });

    test("a failed tick is not marked done and comes again before any later one", async () => {
      const ledger = createMemoryLedger({ aggregate: at("2026-10-01T09:15:00Z") });
      const { scheduler, moveTo } = await made(ledger, "2026-10-01T10:20:00Z");
      const tried: string[] = [];
      const failTwice = async (tick: InstantMs): Promise<void> => {
        tried.push(formatInstant(tick));
        if (tried.length <= 2) throw new Error("the store is away");
      };
      await scheduler.start([job("aggregate", hourly, failTwice)]);
      await vi.waitFor(() => expect(tried).toHaveLength(1), PATIENCE);
      await quiet();
      expect(ledger.log).toEqual([]);

      moveTo(at("2026-10-01T11:30:00Z"));
      await vi.waitFor(() => expect(tried).toHaveLength(2), PATIENCE);
      await quiet();
      moveTo(at("2026-10-01T11:45:00Z"));
      await vi.waitFor(
        () => expect(ledger.log).toEqual(["2026-10-01T10:15:00.000Z", "2026-10-01T11:15:00.000Z"]),
        PATIENCE,
      );
      expect(tried.slice(0, 3)).toEqual([
        "2026-10-01T10:15:00.000Z",
        "2026-10-01T10:15:00.000Z",
        "2026-10-01T10:15:00.000Z",
      ]);
    });

    test("a job never runs beside itself, however much falls due meanwhile", async () => {
      const ledger = createMemoryLedger({ aggregate: at("2026-10-01T09:15:00Z") });
      const { scheduler, moveTo } = await made(ledger, "2026-10-01T10:20:00Z");
      const gate = createGate();
      let running = 0;
      let most = 0;
      const slow = async (): Promise<void> => {
        most = Math.max(most, ++running);
        await gate.opened;
        running -= 1;
      };
      await scheduler.start([job("aggregate", hourly, slow)]);
      await vi.waitFor(() => expect(running).toBe(1), PATIENCE);
      moveTo(at("2026-10-01T13:30:00Z"));
      await quiet();
      gate.open();
      await vi.waitFor(() => expect(ledger.log).toHaveLength(4), PATIENCE);
      expect(most).toBe(1);
    });

    test("a job that hangs or fails does not hold up another", async () => {
      const ledger = createMemoryLedger();
      const { scheduler } = await made(ledger, "2026-10-01T10:20:00Z");
      const broken = job("broken", hourly, () => Promise.reject(new Error("bad tariff")));
      const hanging = job("hanging", hourly, (_tick, signal) => untilAborted(signal));
      await scheduler.start([hanging, broken, job("aggregate", hourly)]);
      await vi.waitFor(() => expect(ledger.log).toEqual(["2026-10-01T10:15:00.000Z"]), PATIENCE);
      expect(await ledger.lastDone("aggregate")).toBe(at("2026-10-01T10:15:00Z"));
    });

    test("stop aborts the running job, waits for its end, and leaves its tick to the next start", async () => {
      const ledger = createMemoryLedger();
      const first = await made(ledger, "2026-10-01T10:20:00Z");
      const seen: string[] = [];
      const slowToEnd = async (_tick: InstantMs, signal: AbortSignal): Promise<void> => {
        seen.push("began");
        await untilAborted(signal).catch(() => undefined);
        await quiet();
        seen.push("ended");
        signal.throwIfAborted();
      };
      await first.scheduler.start([job("aggregate", hourly, slowToEnd)]);
      await vi.waitFor(() => expect(seen).toEqual(["began"]), PATIENCE);
      await first.scheduler.stop();
      expect(seen).toEqual(["began", "ended"]);
      expect(ledger.log).toEqual([]);

      const second = await made(ledger, "2026-10-01T10:25:00Z");
      await second.scheduler.start([job("aggregate", hourly)]);
      await vi.waitFor(() => expect(ledger.log).toEqual(["2026-10-01T10:15:00.000Z"]), PATIENCE);
    });

    test("after stop nothing runs, and stopping again is harmless", async () => {
      const ledger = createMemoryLedger({ aggregate: at("2026-10-01T10:15:00Z") });
      const { scheduler, moveTo } = await made(ledger, "2026-10-01T10:20:00Z");
      await scheduler.start([job("aggregate", hourly)]);
      await scheduler.stop();
      await scheduler.stop();
      moveTo(at("2026-10-01T13:30:00Z"));
      await quiet();
      expect(ledger.log).toEqual([]);
    });

    test("a changed cadence counts without a restart", async () => {
      const ledger = createMemoryLedger({ aggregate: at("2026-10-01T00:30:00Z") });
      const { scheduler, moveTo } = await made(ledger, "2026-10-01T10:20:00Z");
      let cadence = daily;
      await scheduler.start([{ ...job("aggregate", daily), cadence: () => cadence }]);
      await quiet();
      cadence = { ...daily, exec_time: "14:00" };
      moveTo(at("2026-10-01T13:00:00Z"));
      await vi.waitFor(() => expect(ledger.log).toEqual(["2026-10-01T12:00:00.000Z"]), PATIENCE);
    });

    test("a bad cadence, or one name for two jobs, is refused at start and nothing runs", async () => {
      const ledger = createMemoryLedger();
      const badZone = await made(ledger, "2026-10-01T10:20:00Z");
      await expect(
        badZone.scheduler.start([job("good", hourly), job("bad", { ...hourly, zone: "Mars/Olympus" })]),
      ).rejects.toThrow(/bad/);
      const twins = await made(ledger, "2026-10-01T10:20:00Z");
      await expect(twins.scheduler.start([job("twin", hourly), job("twin", daily)])).rejects.toThrow(/name/);
      await quiet();
      expect(ledger.log).toEqual([]);
    });
  });
}

function job(
  name: string,
  cadence: Cadence,
  run: (tick: InstantMs, signal: AbortSignal) => Promise<void> = async () => undefined,
): Job {
  return { name, cadence: () => cadence, run: (tick, signal) => run(tick.at, signal) };
}

function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, QUIET_MS));
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function createGate(): { open(): void; readonly opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
}
