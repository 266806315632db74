// Real processes on one store over HTTP and one Redis: what a process that was stopped past its lease does when it wakes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createTickLedger } from "../../api/jobs.ts";
import { systemClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import { migrate } from "../../core/migrate.ts";
import { openStore, type Store } from "../../core/store.ts";
import { spawnClickHouseServer, type ServerProcess } from "../clickhouse-server/process.ts";
import { startRedis, type TestRedis, withoutRedis } from "../services/redis.ts";
import { type Child, startChild } from "./processes/start-child.ts";

const PATIENCE = { timeout: 45_000, interval: 50 };
const MINUTE_MS = 60_000;

describe.skipIf(withoutRedis)(
  "several processes (skipped where there is no redis-server; apt-get install redis-server)",
  () => {
    let redis: TestRedis;
    let server: ServerProcess;
    let store: Store;
    let folder: string;
    const children: Child[] = [];
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "tally-processes-"));
      redis = await startRedis();
      server = await spawnClickHouseServer(folder);
      store = openStore({ url: server.url, data_dir: "" });
      await migrate(store.run);
    });
    afterEach(async () => {
      for (const child of children.splice(0)) await child.end();
      await redis.flush();
    });
    afterAll(async () => {
      await store.close();
      await server.kill();
      await redis.close();
      rmSync(folder, { recursive: true, force: true });
    });

    function start(given: Omit<Parameters<typeof startChild>[0], "store_url" | "redis_url">): Child {
      const child = startChild({ ...given, store_url: server.url, redis_url: redis.url });
      children.push(child);
      return child;
    }
    async function select<R>(query: string): Promise<R[]> {
      return (await store.read.query({ query, format: "JSONEachRow" })).json<R>();
    }
    let hours = 0;
    /** The machine's clock, so set that a minute begins `ms` from now; and that minute. Each time an hour on: leases of the test before are over. */
    function minuteIn(ms: number): { ahead_ms: number; tick: number } {
      const now = systemClock.now();
      hours += 1;
      const ahead_ms = hours * 60 * MINUTE_MS - ms - (now % MINUTE_MS);
      return { ahead_ms, tick: now + ms + ahead_ms };
    }
    const published = () =>
      select<{ period: string }>("SELECT period FROM published_run WHERE kind = 'rate' ORDER BY run_seq");

    test("a writer stopped past its lease: another writes, and what the first still writes when it wakes never counts", async () => {
      const sleeper = start({ task: "set", value: "7", sleeps: true });
      await vi.waitFor(() => expect(sleeper.lines).toEqual(["about to write"]), PATIENCE);
      const other = start({ task: "set", value: "5" });
      await vi.waitFor(() => expect(other.lines).toEqual(["about to write", "set"]), PATIENCE);
      sleeper.wake();
      await vi.waitFor(() => expect(sleeper.lines[1]).toBe("refused control-unavailable"), PATIENCE);
      const rows = await select("SELECT value FROM setting WHERE value = '99'");
      expect(rows, "its row did reach the store").toHaveLength(2);
      expect(await select("SELECT value, version FROM current_setting")).toEqual([{ value: "5", version: "1" }]);
    });

    test("a scheduler stopped in the middle of a tick: another takes over, and the first publishes nothing when it wakes", async () => {
      const { ahead_ms, tick } = minuteIn(500);
      await createTickLedger({ store, clock: systemClock }).done("work", instant(tick - MINUTE_MS));
      const sleeper = start({ task: "schedule", ahead_ms, sleeps: true });
      await vi.waitFor(() => expect(sleeper.lines).toContain(`began ${tick}`), PATIENCE);
      const other = start({ task: "schedule", ahead_ms });
      await vi.waitFor(() => expect(other.lines).toContain(`published ${tick}`), PATIENCE);
      sleeper.wake();
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(sleeper.lines).not.toContain(`published ${tick}`);
      expect((await published()).filter(({ period }) => period === `${tick}`)).toHaveLength(1);
    });

    test("two schedulers compete for missed ticks while Redis is flushed again and again: each is published once, in order", async () => {
      const before = (await published()).length;
      const { ahead_ms, tick } = minuteIn(55_000);
      const first = tick - 8 * MINUTE_MS;
      await store.write.command({ query: "TRUNCATE TABLE job_run" });
      await createTickLedger({ store, clock: systemClock }).done("work", instant(first));
      const both = [start({ task: "schedule", ahead_ms }), start({ task: "schedule", ahead_ms })];
      const due = [1, 2, 3, 4, 5, 6, 7].map((minutes) => `${first + minutes * MINUTE_MS}`);
      const done = async (): Promise<string[]> => (await published()).slice(before).map(({ period }) => period);
      let flushes = 0;
      await vi.waitFor(async () => {
        if (both.every(({ lines }) => lines.includes("ready")) && flushes < 5) {
          flushes += 1;
          await redis.flush();
        }
        expect((await done()).length).toBeGreaterThanOrEqual(due.length);
      }, PATIENCE);
      expect((await done()).slice(0, due.length)).toEqual(due);
      const told = both.flatMap(({ lines }) => lines.filter((line) => line.startsWith("published")));
      expect(new Set(told).size).toBe(told.length);
    });
  },
);
