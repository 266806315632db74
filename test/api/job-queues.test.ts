// What an operator sees of the bells in Redis: in the metrics and beside each job, and that they are away when Redis is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Running, startAll } from "../../api/all.ts";
import { systemClock } from "../../core/clock.ts";
import { readConfig } from "../../core/config.ts";
import { silentLog } from "../../core/log.ts";
import { startRedis, type TestRedis, withoutRedis } from "../services/redis.ts";

const PATIENCE = { timeout: 60_000, interval: 200 };
const token = "the-admin-of-this-test";

describe.skipIf(withoutRedis)(
  "bells in Redis (skipped where there is no redis-server; apt-get install redis-server)",
  () => {
    let folder: string;
    let redis: TestRedis;
    let running: Running;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "tally-queues-"));
      redis = await startRedis();
      const config = readConfig({
        TALLY_DATA_DIR: folder,
        TALLY_PORT: "0",
        TALLY_REDIS_URL: redis.url,
        TALLY_ADMIN_TOKEN: token,
      });
      running = await startAll(config, { clock: systemClock, log: silentLog });
    }, 120_000);
    afterAll(async () => {
      await running?.stop();
      await redis?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function get(path: string): Promise<string> {
      return (await fetch(new URL(path, running.url), { headers: { authorization: `Bearer ${token}` } })).text();
    }
    async function queueOf(name: string): Promise<unknown> {
      const { data } = JSON.parse(await get("/v1/jobs")) as { data: { job: string; queue: unknown }[] };
      return data.find(({ job }) => job === name)?.queue;
    }

    test("each job's bell hangs for its next tick, in /v1/jobs and in the metrics; while Redis is away neither says anything of it", async () => {
      const hung = { waiting: 0, active: 0, delayed: 1, failed: 0 };
      for (const job of ["aggregate", "rate", "sanity-check", "archive"])
        await vi.waitFor(async () => expect(await queueOf(job), job).toEqual(hung), PATIENCE);
      const metrics = await get("/metrics");
      expect(metrics).toMatch(/^tally_job_queue\{job_name="aggregate",state="delayed"\} 1$/m);
      expect(metrics).toMatch(/^tally_job_queue\{job_name="rate",state="failed"\} 0$/m);

      await redis.stop();
      await vi.waitFor(async () => expect(await queueOf("aggregate")).toBeNull(), PATIENCE);
      expect(await get("/metrics")).not.toMatch(/^tally_job_queue\{/m);
      // What is due and done is told all the same: it is in the store.
      expect(await get("/metrics")).toMatch(/^tally_job_due_ticks\{job_name="aggregate"\} /m);
      await redis.start();
      await vi.waitFor(async () => expect(await queueOf("aggregate")).toEqual(hung), PATIENCE);
    }, 240_000);
  },
);
