import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

/** A redis-server of a test's own: its port and folder are nobody else's, so it may be stopped, flushed and put to sleep. */
export interface TestRedis {
  readonly url: string;
  /** Forgets everything. */
  flush(): Promise<void>;
  /** Ends it; what it knew is gone, since it keeps nothing on disk. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Asks it something, for a test to see what is in it. */
  ask<T>(question: (redis: Redis) => Promise<T>): Promise<T>;
  /** Ends it for good. */
  close(): Promise<void>;
}

const binary = ["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/opt/homebrew/bin/redis-server"].find(
  existsSync,
);

/** Whether suites that need a redis-server of their own are left out; with TALLY_TEST_REAL=1 they run all the same, and fail. */
export const withoutRedis = binary === undefined && process.env["TALLY_TEST_REAL"] !== "1";

/** Starts one, ready for commands. @throws where there is none to start */
export async function startRedis(): Promise<TestRedis> {
  if (binary === undefined) throw new Error("redis-server is not installed; apt-get install redis-server");
  const executable = binary;
  const folder = mkdtempSync(join(tmpdir(), "tally-redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    const fixed = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"];
    child = spawn(executable, ["--port", `${port}`, "--dir", folder, ...fixed], { stdio: "ignore" });
    await ask((redis) => redis.ping());
  }
  async function stop(): Promise<void> {
    const ending = child;
    child = null;
    if (ending === null) return;
    const ended = once(ending, "exit");
    ending.kill("SIGKILL");
    await ended;
  }
  async function ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: 500 });
    redis.on("error", () => undefined);
    try {
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }

  process.once("exit", () => child?.kill("SIGKILL"));
  await start();
  return {
    url,
    flush: async () => void (await ask((redis) => redis.flushall())),
    stop,
    start,
    ask,
    close: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where tests that only add keys find a Redis: TALLY_TEST_REDIS_URL, or the one of their own. */
export function anyRedisUrl(own: TestRedis): string {
  const given = process.env["TALLY_TEST_REDIS_URL"] ?? "";
  return given === "" ? own.url : given;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
