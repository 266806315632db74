// A process that is refused beside another leaves the store as that one knows it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type System } from "../../api/system.ts";
import { openSystem } from "../../api/open-system.ts";
import { systemClock } from "../../core/clock.ts";
import { readConfig } from "../../core/config.ts";
import { silentLog } from "../../core/log.ts";
import { storeParts } from "../../core/process-lease.ts";
import { openServedStore } from "../clickhouse-server/open.ts";

let folder: string;
let served: Awaited<ReturnType<typeof openServedStore>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tally-beside-"));
  served = await openServedStore();
});
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (): Promise<System> =>
  openSystem(
    { url: served.server.url, data_dir: folder },
    { clock: systemClock, log: silentLog, parts: storeParts(readConfig({})) },
  );
const isThere = async (view: string): Promise<boolean> => {
  const query = `SELECT name FROM system.tables WHERE database = currentDatabase() AND name = '${view}'`;
  return (await (await served.store.read.query({ query, format: "JSONEachRow" })).json()).length === 1;
};

test(
  "one that is refused lays no schema under the one that works; when that has ended, it does",
  { timeout: 120_000 },
  async () => {
    const first = await open();
    expect(await isThere("current_run")).toBe(true);
    // As if the version that comes had another view there.
    await served.store.run.command({ query: "DROP VIEW current_run" });
    await expect(open()).rejects.toMatchObject({ key: "role-in-use" });
    expect(await isThere("current_run")).toBe(false);
    await first.close();
    const second = await open();
    expect(await isThere("current_run")).toBe(true);
    await second.close();
  },
);
