// What `tally doctor` says when something beside the process is away: which it is, and no ill of the rest.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAll } from "../../api/all.ts";
import { systemClock } from "../../core/clock.ts";
import { readConfig } from "../../core/config.ts";
import { silentLog } from "../../core/log.ts";
import { type ServerProcess, spawnClickHouseServer } from "../clickhouse-server/process.ts";
import { tally } from "./run-tally.ts";

interface Check {
  readonly check: string;
  readonly state: string;
  readonly detail: string;
}

let folder: string;
let server: ServerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tally-doctor-away-"));
  server = await spawnClickHouseServer(join(folder, "theirs"));
}, 60_000);
afterAll(async () => {
  await server?.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function doctor(environment: Record<string, string>): Promise<{ status: number; of(name: string): Check[] }> {
  const { status, out } = await tally(environment, "doctor", "--json");
  const { checks } = JSON.parse(out) as { checks: Check[] };
  return { status, of: (name) => checks.filter(({ check }) => check === name) };
}

test(
  "of a server whose store is away it says just that, and good again when it is back",
  { timeout: 120_000 },
  async () => {
    const environment = {
      TALLY_CLICKHOUSE_URL: server.url,
      TALLY_DATA_DIR: join(folder, "served"),
      TALLY_PORT: "0",
      TALLY_LOG_LEVEL: "silent",
    };
    const running = await startAll(readConfig(environment), { clock: systemClock, log: silentLog, jobs: false });
    try {
      expect((await doctor(environment)).of("store")).toMatchObject([{ state: "ok" }]);
      await server.kill();
      const told = await doctor(environment);
      expect(told.status).toBe(1);
      expect(told.of("store")).toMatchObject([
        {
          state: "wrong",
          detail: "does not answer: see the log",
          remedy: expect.stringContaining("TALLY_CLICKHOUSE_URL") as string,
        },
      ]);
      await server.start();
      expect((await doctor(environment)).of("store")).toMatchObject([{ state: "ok" }]);
    } finally {
      await running.stop();
    }
  },
);

test(
  "Redis that is away is bad, the store beside it good, and what needs Redis was not checked",
  { timeout: 120_000 },
  async () => {
    const told = await doctor({
      TALLY_DATA_DIR: join(folder, "embedded"),
      TALLY_LOG_LEVEL: "silent",
      // Nobody listens there.
      TALLY_REDIS_URL: "redis://127.0.0.1:1",
    });
    expect(told.status).toBe(1);
    expect(told.of("redis")).toMatchObject([
      { state: "wrong", detail: expect.stringContaining("TALLY_REDIS_URL") as string },
    ]);
    expect(told.of("store")).toMatchObject([{ state: "ok" }]);
    expect(told.of("sanity")).toMatchObject([
      { state: "warning", detail: expect.stringMatching(/^not checked: .*Redis/) as string },
    ]);
  },
);
