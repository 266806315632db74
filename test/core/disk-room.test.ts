// The embedded engine says nothing when a write to a file fails, so none is begun, and none believed, without room on the disk.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pass } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freeBytesOf, roomMin_bytes } from "../../core/disk-room.ts";
import { insertLines } from "../../core/insert-lines.ts";
import { openStore, type Store } from "../../core/store.ts";

const folder = mkdtempSync(join(tmpdir(), "tally-room-"));
const ample = 1_000 * roomMin_bytes;
/** What the disk says, next answer first; the last one stays. */
let free = [ample];
let store: Store;

beforeAll(async () => {
  const free_bytes = (): number => (free.length > 1 ? (free.shift() as number) : (free[0] as number));
  store = openStore({ url: null, data_dir: folder, free_bytes });
  await store.write.command({ query: "CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n" });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const put = (n: number): Promise<void> => insertLines(store.write, { table: "kept", columns: ["n"] }, `${n}\n`);
async function kept(): Promise<number[]> {
  const rows = await store.read.query({ query: "SELECT n FROM kept ORDER BY n", format: "JSONEachRow" });
  return (await rows.json<{ n: string }>()).map(({ n }) => Number(n));
}

test("without room no row is written, on any lane and by any statement; reading and removing go on", async () => {
  free = [ample];
  await put(1);
  free = [roomMin_bytes - 1];
  for (const write of [
    () => put(2),
    () => store.run.command({ query: "INSERT INTO kept SELECT 3" }),
    () => store.write.exec({ query: "insert into kept select 4" }),
  ])
    await expect(write()).rejects.toMatchObject({ key: "disk-full" });
  expect(await kept()).toEqual([1]);
  await store.write.command({ query: "TRUNCATE TABLE kept" });
  expect(await kept()).toEqual([]);
});

test("a write after which there is no room is not acknowledged", async () => {
  free = [ample, 1_000];
  await expect(put(5)).rejects.toMatchObject({ key: "disk-full" });
  free = [ample];
  await put(5);
});

test("files are not merged while there is no room, and are again once there is", async () => {
  free = [ample];
  await store.write.command({ query: "TRUNCATE TABLE kept" });
  await put(6);
  await put(7);
  free = [roomMin_bytes - 1];
  // The disk is looked at each second.
  const merge = (): Promise<unknown> => store.write.command({ query: "OPTIMIZE TABLE kept FINAL" });
  await until(async () => !(await worked(merge)));
  await expect(merge()).rejects.toThrow(/Cancelled merging parts/);
  free = [1.5 * roomMin_bytes];
  await pass(1_500);
  await expect(merge()).rejects.toThrow(/Cancelled merging parts/);
  free = [ample];
  await until(() => worked(merge));
  expect(await kept()).toEqual([6, 7]);
});

test("the system's own word on the disk is a number of bytes it has", () => {
  expect(freeBytesOf(folder)).toBeGreaterThan(0);
});

async function worked(act: () => Promise<unknown>): Promise<boolean> {
  return act().then(
    () => true,
    () => false,
  );
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isTrue()); tries += 1) {
    if (tries > 250) throw new Error("not within half a minute");
    await pass(100);
  }
}
