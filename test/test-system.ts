import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type System } from "../api/system.ts";
import { openSystem } from "../api/open-system.ts";
import { createTestClock, type TestClock } from "../core/clock.ts";
import type { InstantMs } from "../core/instant.ts";
import { type Log, silentLog } from "../core/log.ts";
import { copyLaidStore } from "./laid-store.ts";
import { spawnClickHouseServer } from "./clickhouse-server/process.ts";

export interface TestSystem {
  readonly system: System;
  readonly clock: TestClock;
  close(): Promise<void>;
}

/**
 * The real stages on a real engine in a folder of its own, at `now` until its clock is moved; one at a time in a test file (one engine per
 * process). `served`: on a server, over HTTP.
 */
export async function openTestSystem(
  now: InstantMs,
  { served = false, smtp_url = null, log = silentLog }: { served?: boolean; smtp_url?: string | null; log?: Log } = {},
): Promise<TestSystem> {
  const folder = mkdtempSync(join(tmpdir(), "tally-test-"));
  const data_dir = join(folder, "ours");
  const clock = createTestClock(now);
  copyLaidStore(served ? join(folder, "theirs") : data_dir);
  const server = served ? await spawnClickHouseServer(join(folder, "theirs")) : null;
  const system = await openSystem({ url: server?.url ?? null, data_dir }, { clock, log, smtp_url });
  return {
    system,
    clock,
    close: async () => {
      await system.close();
      await server?.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
