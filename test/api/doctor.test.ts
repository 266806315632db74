// What `tally doctor` says when something beside the process is away: which it is, and no ill of the rest.
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAll } from "../../api/all.ts";
import { systemClock } from "../../core/clock.ts";
import { readConfig } from "../../core/config.ts";
import { silentLog } from "../../core/log.ts";
import { openStore } from "../../core/store.ts";
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

test(
  "a store that lost a part of a table is wrong, and what brings it back is named",
  { timeout: 120_000 },
  async () => {
    const data_dir = join(folder, "torn");
    const environment = { TALLY_DATA_DIR: data_dir, TALLY_LOG_LEVEL: "silent" };
    await tally(environment, "settings", "set", "billing.currency", "USD");
    const store = openStore({ url: null, data_dir });
    const query = "SELECT path FROM system.parts WHERE active AND table = 'setting'";
    const paths = await (await store.read.query({ query, format: "JSONEachRow" })).json<{ path: string }>();
    await store.close();
    for (const { path } of paths) for (const file of readdirSync(path)) truncateSync(join(path, file));
    const told = await doctor(environment);
    expect(told.status).toBe(1);
    expect(told.of("store")).toMatchObject([
      {
        state: "wrong",
        detail: expect.stringContaining(`${paths.length} parts of its tables could not be read`) as string,
        remedy: expect.stringContaining("tally restore") as string,
      },
    ]);
  },
);

test("a data directory without a store is told: it may be another one than was meant", async () => {
  const environment = { TALLY_DATA_DIR: join(folder, "mistyped"), TALLY_LOG_LEVEL: "silent" };
  const told = await doctor(environment);
  expect([told.status, told.of("data directory"), told.of("store")]).toMatchObject([
    0,
    [{ state: "warning", remedy: expect.stringContaining("TALLY_DATA_DIR") as string }],
    [{ state: "ok" }],
  ]);
  expect((await doctor(environment)).of("data directory")).toEqual([]);
});

test("a data directory that is a file is told as a disk that cannot be had, and nothing else is asked of it", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const told = await doctor({ TALLY_DATA_DIR: file });
  expect(told.status).toBe(1);
  expect([told.of("disk"), told.of("server")]).toMatchObject([[{ state: "wrong" }], []]);
});
