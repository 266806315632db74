// Turns at control data on a real Redis: who may write, and what counts of what was written when Redis forgets or goes away.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { createControlLock } from "../../core/control-lock.ts";
import { connectRedis } from "../../core/redis.ts";
import { createSettings } from "../../core/settings.ts";
import type { InControl, Turn } from "../../core/versions.ts";
import { startRedis, type TestRedis, withoutRedis } from "../services/redis.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe.skipIf(withoutRedis)(
  "the lock of control data (skipped where there is no redis-server; apt-get install redis-server)",
  () => {
    let redis: TestRedis;
    let opened: TestStore;
    const connections: { disconnect(): void }[] = [];
    beforeAll(async () => {
      redis = await startRedis();
      opened = await openTestStore();
    });
    afterEach(async () => {
      for (const one of connections.splice(0)) one.disconnect();
      await redis.flush();
      await opened.store.write.command({ query: "TRUNCATE TABLE setting" });
    });
    afterAll(async () => {
      await opened.close();
      await redis.close();
    });

    function newProcess(given: { lease_ms?: number; wait_ms?: number } = {}): InControl {
      const connection = connectRedis(redis.url, { log: silent });
      connections.push(connection);
      return createControlLock({ store: opened.store, clock: systemClock, redis: connection, ...given });
    }
    const into = { table: "setting", columns: ["name", "version", "value"] };
    const put = (turn: Turn, value: string, version = 1): Promise<void> =>
      turn.write(into, `n\t${version}\t${value}\n`);
    async function current(): Promise<unknown[]> {
      const query = "SELECT value FROM current_setting WHERE name = 'n'";
      return (await opened.store.read.query({ query, format: "JSONEachRow" })).json();
    }
    function gate(): { open: () => void; opened: Promise<void> } {
      let open = (): void => undefined;
      const promise = new Promise<void>((resolve) => (open = resolve));
      return { open: () => open(), opened: promise };
    }

    test("turns of several processes follow one another, each under a higher number", async () => {
      const processes = [newProcess(), newProcess(), newProcess()];
      const fences: bigint[] = [];
      let inside = 0;
      let most = 0;
      const turn = async ({ fence }: Turn): Promise<void> => {
        most = Math.max(most, ++inside);
        await new Promise(setImmediate);
        fences.push(fence);
        inside -= 1;
      };
      await Promise.all([...processes, ...processes, ...processes].map((take) => take(turn)));
      expect(most).toBe(1);
      expect(fences).toEqual(fences.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(new Set(fences).size).toBe(9);
    });

    test("what a turn writes counts when it has ended, not before; of a turn that failed nothing counts", async () => {
      const take = newProcess();
      await take(async (turn) => {
        await put(turn, "a");
        expect(await current()).toEqual([]);
      });
      expect(await current()).toEqual([{ value: "a" }]);
      const failing = take(async (turn) => {
        await put(turn, "b", 2);
        throw new Error("changed its mind");
      });
      await expect(failing).rejects.toThrow("changed its mind");
      expect(await current()).toEqual([{ value: "a" }]);
      await take((turn) => put(turn, "c", 2));
      expect(await current()).toEqual([{ value: "c" }]);
    });

    test("numbers go on above the highest in the store when Redis has forgotten its own", async () => {
      const take = newProcess();
      const before = await take(async ({ fence }) => fence);
      await redis.flush();
      expect(await take(async ({ fence }) => fence)).toBeGreaterThan(before);
    });

    test("Redis flushed in the middle of a turn: another takes one, and the first counts for nothing, whatever it writes after", async () => {
      const began = gate();
      const goOn = gate();
      const first = newProcess()(async (turn) => {
        began.open();
        await goOn.opened;
        await put(turn, "late", 9);
      });
      await began.opened;
      await redis.flush();
      await newProcess()((turn) => put(turn, "kept"));
      goOn.open();
      await expect(first).rejects.toMatchObject({ key: "control-unavailable" });
      expect(await current()).toEqual([{ value: "kept" }]);
    });

    test("a lock left by a process that died runs out, and what it had begun counts for nothing", async () => {
      const dies = newProcess({ lease_ms: 60_000 });
      void dies(async (turn) => {
        await put(turn, "half", 9);
        await new Promise(() => undefined);
      }).catch(() => undefined);
      await redis.ask(async (client) => {
        while ((await client.exists("tally:control:lock")) === 0) await new Promise(setImmediate);
        // The rest of the lease, in a moment.
        await new Promise((resolve) => setTimeout(resolve, 200));
        await client.pexpire("tally:control:lock", 1);
      });
      await newProcess()((turn) => put(turn, "kept"));
      expect(await current()).toEqual([{ value: "kept" }]);
    });

    test("while Redis is away a change is refused and nothing is written; reading goes on, and so do changes when it is back", async () => {
      const settings = createSettings({ store: opened.store, clock: systemClock, inControl: newProcess() });
      await settings.set("usage.job.overdue", "3", "test");
      await redis.stop();
      await expect(settings.set("usage.job.overdue", "4", "test")).rejects.toMatchObject({
        key: "control-unavailable",
      });
      expect(await settings.get("usage.job.overdue")).toBe("3");
      await redis.start();
      await settings.set("usage.job.overdue", "5", "test");
      expect(await settings.find("usage.job.overdue")).toMatchObject({ value: "5", version: 2n });
    });

    test("whatever Redis forgets and whenever: every change that was acknowledged counts, and none was made on stale ground", async () => {
      const processes = [1, 2, 3].map(() =>
        createSettings({ store: opened.store, clock: systemClock, inControl: newProcess() }),
      );
      const acknowledged: bigint[] = [];
      const flushes = new AbortController();
      const flushing = (async (): Promise<void> => {
        while (!flushes.signal.aborted) {
          await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 500));
          await redis.flush();
        }
      })();
      await Promise.all(
        processes.map(async (settings, who) => {
          for (let n = 1; n <= 12; n += 1) {
            // never the default, which is no change
            const value = `${100 + who * 100 + n}`;
            await settings.set("usage.job.overdue", value, "test").then(
              ({ version }) => void acknowledged.push(version),
              (error: unknown) => expect(error).toMatchObject({ key: "control-unavailable" }),
            );
          }
        }),
      );
      flushes.abort();
      await flushing;
      expect(acknowledged.length).toBeGreaterThan(0);
      // A change made without seeing the one before would have its version.
      expect(new Set(acknowledged).size).toBe(acknowledged.length);
      const settled =
        "SELECT version FROM setting WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence) ORDER BY version";
      const rows = await (
        await opened.store.read.query({ query: settled, format: "JSONEachRow" })
      ).json<{ version: string }>();
      const versions = rows.map(({ version }) => BigInt(version));
      expect(new Set(versions).size).toBe(versions.length);
      for (const version of acknowledged) expect(versions).toContain(version);
    });
  },
);
