// Processes on one store, with and without Redis and Kafka: who may have its control data and its event log.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createTestClock, type TestClock } from "../../core/clock.ts";
import { readConfig } from "../../core/config.ts";
import { instant } from "../../core/instant.ts";
import { type ProcessLease, type StorePart, storeParts, takeParts } from "../../core/process-lease.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

let opened: TestStore;
let clock: TestClock;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());
beforeEach(async () => {
  await opened.store.write.command({ query: "TRUNCATE TABLE process_lease" });
  clock = createTestClock(instant(Date.UTC(2026, 9, 1)));
});

const partsOf = (environment: Record<string, string>): StorePart[] => storeParts(readConfig(environment));
const aggregate = partsOf({ TALLY_ROLES: "aggregate" });
const take = (parts: readonly StorePart[] = aggregate): Promise<ProcessLease> =>
  takeParts(parts, { store: opened.store, clock, lease_ms: 30_000 });
const redis = { TALLY_REDIS_URL: "redis://r:6379" };
const kafka = { TALLY_KAFKA_BROKERS: "k:9092" };

test.each([
  { one: {}, other: {}, refused: "TALLY_REDIS_URL" },
  { one: { TALLY_ROLES: "aggregate" }, other: { TALLY_ROLES: "rating" }, refused: "TALLY_REDIS_URL" },
  { one: { TALLY_ROLES: "aggregate,rating" }, other: { TALLY_ROLES: "api,ingest" }, refused: "TALLY_REDIS_URL" },
  {
    one: { TALLY_ROLES: "api,ingest", ...redis },
    other: { TALLY_ROLES: "api,ingest", ...redis },
    refused: "TALLY_KAFKA_BROKERS",
  },
  { one: { TALLY_ROLES: "ingest" }, other: { TALLY_ROLES: "api" }, refused: "TALLY_KAFKA_BROKERS" },
  { one: { ...redis, ...kafka }, other: { ...redis, ...kafka }, refused: null },
  { one: { TALLY_ROLES: "ingest", ...kafka }, other: { TALLY_ROLES: "ingest", ...kafka }, refused: null },
  { one: { TALLY_ROLES: "ingest", ...kafka }, other: { TALLY_ROLES: "aggregate,rating" }, refused: null },
  { one: { TALLY_ROLES: "aggregate", ...redis }, other: { TALLY_ROLES: "api,ingest", ...redis }, refused: null },
  // One of them has the lock, the other knows nothing of it.
  { one: { TALLY_ROLES: "aggregate", ...redis }, other: { TALLY_ROLES: "aggregate" }, refused: "TALLY_REDIS_URL" },
  { one: { TALLY_ROLES: "aggregate" }, other: { TALLY_ROLES: "aggregate", ...redis }, refused: "TALLY_REDIS_URL" },
])(
  "beside a process with $one one with $other starts, or is told what to set: $refused",
  async ({ one, other, refused }) => {
    await take(partsOf(one));
    if (refused === null) await take(partsOf(other));
    else await expect(take(partsOf(other))).rejects.toThrow(`set ${refused} in all processes`);
  },
);

test("a role given back, or left by a process that died, is free: at once, or when its lease has run out", async () => {
  await (await take()).release();
  const holder = await take();
  // Died: it gives no more signs of life.
  await opened.store.write.command({ query: "TRUNCATE TABLE process_lease" });
  await opened.store.write.command({
    query: `INSERT INTO process_lease (part, process_id, beat, holder, expires_at) VALUES ('control data', 'dead', 1, 'a/1', fromUnixTimestamp64Milli(${clock.now() + 30_000}))`,
  });
  await holder.release();
  await expect(take()).rejects.toThrow("a/1 has the control data");
  clock.advance(30_000);
  await take();
});

test("a process that lives keeps its role", async () => {
  const holder = await take();
  const beats = async (): Promise<number> => {
    const result = await opened.store.read.query({
      query: "SELECT max(beat) AS beat FROM process_lease",
      format: "JSONEachRow",
    });
    return (await result.json<{ beat: number }>())[0]?.beat ?? 0;
  };
  for (let signs = 1; signs <= 10; signs += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    clock.advance(6_000);
    await vi.waitFor(async () => expect(await beats()).toBe(signs + 1), { timeout: 10_000, interval: 5 });
  }
  holder.guard();
  await expect(take()).rejects.toMatchObject({ key: "role-in-use" });
});

test("one that slept through its lease while another took over may do nothing more, and hears of it", async () => {
  const sleeper = await take();
  const asleep = { now: () => clock.now(), sleep: () => new Promise<void>(() => undefined) };
  clock.set(instant(clock.now() + 5_999));
  // Its own timers did not fire: the other's clock has moved on.
  const later = createTestClock(instant(clock.now() + 60_000));
  await takeParts(aggregate, { store: opened.store, clock: { ...asleep, now: () => later.now() } });
  clock.advance(60_000);
  expect(() => sleeper.guard()).toThrow(/no sign of life|has the control data/);
  await vi.waitFor(() => expect(sleeper.lost.aborted).toBe(true), { timeout: 10_000, interval: 5 });
  expect(() => sleeper.guard()).toThrow("has the control data");
});

test("one whose clock was set back five minutes while another started hears of it, and the other stays", async () => {
  let back_ms = 0;
  const wrong = { now: () => instant(clock.now() - back_ms), sleep: clock.sleep };
  const holder = await takeParts(aggregate, { store: opened.store, clock: wrong, lease_ms: 30_000 });
  back_ms = 300_000;
  clock.advance(6_000);
  // Its sign of life says a time that is over for everybody else.
  const other = await vi.waitFor(() => take(), { timeout: 10_000, interval: 50 });
  await vi.waitFor(
    () => {
      clock.advance(1_000);
      expect(holder.lost.aborted).toBe(true);
    },
    { timeout: 10_000, interval: 200 },
  );
  expect(() => holder.guard()).toThrow("has the control data");
  expect(other.lost.aborted).toBe(false);
  other.guard();
});

test("of processes that start in one moment one at most stays", async () => {
  for (let round = 0; round < 5; round += 1) {
    await opened.store.write.command({ query: "TRUNCATE TABLE process_lease" });
    const outcomes = await Promise.allSettled([take(), take(), take()]);
    const stayed = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(stayed.length).toBeLessThanOrEqual(1);
    for (const one of stayed) await one.release();
  }
});

test("a role given back while its lease was being renewed stays given back", async () => {
  for (let round = 0; round < 5; round += 1) {
    const lease = await take();
    clock.advance(10_000);
    // The renewal has begun and asks whether it is alone.
    await new Promise((resolve) => setImmediate(resolve));
    await lease.release();
    await opened.store.write.command({ query: "SELECT 1" });
    await (await take()).release();
  }
});
