import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestClock, systemClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";
import type { Store } from "../../core/store.ts";
import { followEmbeddedLog, openEmbeddedLog } from "../../ingest/index.ts";
import { describeEventLog } from "../conformance/event-log.ts";
import { event } from "../conformance/sample-event.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());

async function empty(): Promise<Store> {
  const { store } = opened;
  for (const table of ["event", "event_log", "event_log_commit"])
    await store.write.command({ query: `TRUNCATE TABLE ${table}` });
  return store;
}

describeEventLog("embedded", async () => {
  const store = await empty();
  const reopen = () => openEmbeddedLog({ store, clock: systemClock });
  return { log: await reopen(), reopen };
});

/** A store whose inserts into table event go wrong `times` times: before anything is written, or after. */
function failing(store: Store, times: number, when: "before" | "after"): Store {
  let left = times;
  const write = Object.create(store.write, {
    insert: {
      value: async (params: Parameters<Store["write"]["insert"]>[0]) => {
        const fails = params.table === "event" && left-- > 0;
        if (fails && when === "before") throw new Error("disk full");
        const done = await store.write.insert(params);
        if (fails) throw new Error("connection lost");
        return done;
      },
    },
  }) as Store["write"];
  return { ...store, write };
}

async function kept(): Promise<{ id: string; log_offset: string }[]> {
  const query = "SELECT id, log_offset FROM event ORDER BY log_offset";
  return (await opened.store.read.query({ query, format: "JSONEachRow" })).json();
}

test("an insert that failed is not acknowledged, its offsets are never given out again, and the next one works", async () => {
  const store = failing(await empty(), 1, "before");
  const log = await openEmbeddedLog({ store, clock: systemClock });
  await expect(log.append([event({ id: "lost" })])).rejects.toThrow("disk full");
  expect(await log.bound()).toEqual({});
  await log.append([event({ id: "kept" })]);
  expect(await kept()).toEqual([{ id: "kept", log_offset: "1" }]);
  expect(await log.bound()).toEqual({ [`${log.id}/0`]: "1" });
});

test("what a failed insert wrote all the same lies below no position that was given to another event", async () => {
  const store = failing(await empty(), 1, "after");
  const log = await openEmbeddedLog({ store, clock: systemClock });
  await expect(log.append([event({ id: "written" })])).rejects.toThrow("connection lost");
  await log.append([event({ id: "written" })]);
  expect(await kept()).toEqual([
    { id: "written", log_offset: "0" },
    { id: "written", log_offset: "1" },
  ]);
  const again = await openEmbeddedLog({ store, clock: systemClock });
  expect(await again.bound()).toEqual({ [`${log.id}/0`]: "1" });
});

test("when an event was learned of comes from the clock port", async () => {
  const store = await empty();
  const log = await openEmbeddedLog({ store, clock: createTestClock(instant(Date.UTC(2026, 9, 5))) });
  await log.append([event()]);
  const result = await store.read.query({
    query: "SELECT toUnixTimestamp64Milli(recorded_at) AS ms FROM event",
    format: "JSONEachRow",
  });
  expect(await result.json()).toEqual([{ ms: String(Date.UTC(2026, 9, 5)) }]);
});

test("acknowledged means on the disk: table event waits for the file and for the folder that names it (P2)", async () => {
  const query =
    "SELECT create_table_query AS ddl FROM system.tables WHERE database = currentDatabase() AND name = 'event'";
  const [row] = await (await opened.store.read.query({ query, format: "JSONEachRow" })).json<{ ddl: string }>();
  expect(row?.ddl).toMatch(/fsync_after_insert = 1/);
  expect(row?.ddl).toMatch(/fsync_part_directory = 1/);
});

test("a process that only reads the log sees what another has appended, at once and as far as that one says, and appends nothing", async () => {
  const store = await empty();
  const follower = await followEmbeddedLog({ store });
  expect(await follower.bound()).toEqual({});
  const log = await openEmbeddedLog({ store, clock: systemClock });
  await log.append([event({ id: "1" }), event({ id: "2" })]);
  expect(await follower.bound()).toEqual({ [`${log.id}/0`]: "1" });
  expect(await follower.bound()).toEqual(await log.bound());
  await expect(follower.append([event({ id: "3" })])).rejects.toMatchObject({ key: "log-unavailable" });
  expect(await follower.bound()).toEqual({ [`${log.id}/0`]: "1" });
});

test("a process whose lease of the log has run out appends nothing more", async () => {
  const store = await empty();
  let held = true;
  const guard = (): void => {
    if (!held) throw new Error("another may have the event log");
  };
  const log = await openEmbeddedLog({ store, clock: systemClock, guard });
  await log.append([event({ id: "1" })]);
  held = false;
  await expect(log.append([event({ id: "2" })])).rejects.toThrow("another may have the event log");
  expect(await (await followEmbeddedLog({ store })).bound()).toEqual({ [`${log.id}/0`]: "0" });
});
