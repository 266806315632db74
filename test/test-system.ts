import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSystem, type System } from "../api/system.ts";
import { createTestClock, type TestClock } from "../core/clock.ts";
import type { InstantMs } from "../core/instant.ts";
import { silentLog } from "../core/log.ts";

export interface TestSystem {
  readonly system: System;
  readonly clock: TestClock;
  close(): Promise<void>;
}

/** The real stages on a real engine in a folder of its own, at `now` until its clock is moved; one per test file (one engine per process). */
export async function openTestSystem(now: InstantMs): Promise<TestSystem> {
  const data_dir = mkdtempSync(join(tmpdir(), "tally-test-"));
  const clock = createTestClock(now);
  const system = await openSystem({ url: null, data_dir }, { clock, log: silentLog });
  return {
    system,
    clock,
    close: async () => {
      await system.close();
      rmSync(data_dir, { recursive: true, force: true });
    },
  };
}
