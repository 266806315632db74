import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestStore, type TestStore } from "../test-store.ts";
import { writtenSchema } from "./read-schema.ts";

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());

test("sql/schema.sql is what the migrations and views come to (npm run schema writes it)", async () => {
  const kept = readFileSync(new URL("../../sql/schema.sql", import.meta.url), "utf8");
  expect((await writtenSchema(opened.store.read)).split("\n")).toEqual(kept.split("\n"));
});

test("what a run may be asked for again is on the disk before it is acknowledged: every control table and every way in", async () => {
  const durable = [
    "account",
    "api_key",
    "catalogue_entry",
    "event",
    "job_run",
    "quarantine",
    "rate_card",
    "run",
    "setting",
    "tariff",
  ];
  const query = `SELECT name FROM system.tables WHERE database = currentDatabase()
    AND create_table_query LIKE '%fsync_after_insert = 1, fsync_part_directory = 1%' ORDER BY name`;
  const result = await opened.store.read.query({ query, format: "JSONEachRow" });
  const found = (await result.json<{ name: string }>()).map(({ name }) => name);
  expect(durable.filter((name) => !found.includes(name))).toEqual([]);
});

test("times are kept in UTC, to the millisecond", async () => {
  const query = `SELECT table, name, type FROM system.columns
    WHERE database = currentDatabase() AND type LIKE '%Date%' AND type NOT LIKE '%DateTime64(3, \\'UTC\\')%'
      AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine NOT LIKE '%View')`;
  const result = await opened.store.read.query({ query, format: "JSONEachRow" });
  expect(await result.json()).toEqual([]);
});
