import type { ClickHouseSettings } from "@clickhouse/client";
import fc from "fast-check";
import Type from "typebox";
import { afterAll, beforeAll, expect, test } from "vitest";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { defineCommand, definedQueries, defineQuery, loadSql, parameterNames } from "../../core/sql.ts";
import { openServedStore } from "../clickhouse-server/open.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());

const OneReader = Type.Object({ reader: Type.String() });
const Offset = Type.Object({ next_offset: Type.String() });

test("the names of the parameters are found, each once, and comments are not searched", () => {
  const sql =
    "-- Params {in_comment:String}\n  -- {also:String}\nSELECT {a:Int64}, {b_2 : Array(Tuple(String, UInt8))}, {a:Int64}";
  expect([...parameterNames(sql)]).toEqual(["a", "b_2"]);
});

test("a statement whose file and caller name other parameters is refused when it is loaded", () => {
  const fault = "sql/ingest/committed_offset.sql takes {reader}, its caller declares";
  expect(() => defineQuery("ingest/committed_offset", Type.Object({ raeder: Type.String() }), Offset)).toThrow(
    `${fault} {raeder}`,
  );
  expect(() => defineQuery("ingest/committed_offset", Type.Object({}), Offset)).toThrow(`${fault} {}`);
  expect(() => defineCommand("aggregate/touch_range", OneReader)).toThrow("its caller declares {reader}");
  expect(() => loadSql("ingest/no_such_statement")).toThrow("no_such_statement");
});

test("numbers in a list may not be declared texts: a server would refuse them at run time", () => {
  const shapes = Type.Object({ shapes: Type.Array(Type.String()) });
  expect(() => defineQuery("aggregate/reports/shapes", shapes, Offset)).toThrow("takes numbers in shapes");
});

test("a query gives typed rows, and is listed with its row schema", async () => {
  const select = defineQuery("ingest/committed_offset", OneReader, Offset);
  expect(await select(opened.store.read, { reader: "nobody" })).toEqual([{ next_offset: "0" }]);
  expect(definedQueries.at(-1)).toMatchObject({ name: "ingest/committed_offset", row: Offset });
});

test("a row that is not what its schema says stops the query and is shown", async () => {
  const select = defineQuery("ingest/committed_offset", OneReader, Type.Object({ next_offset: Type.Integer() }));
  await expect(select(opened.store.read, { reader: "r" })).rejects.toThrow(
    'sql/ingest/committed_offset.sql gave {"next_offset":"0"}',
  );
});

test("a bigint goes in with every digit", async () => {
  const touch = defineCommand(
    "aggregate/touch_range",
    Type.Object({ run_seq: Type.BigInt(), from_ms: Type.Integer(), to_ms: Type.Integer() }),
  );
  await touch(opened.store.write, { run_seq: 18_446_744_073_709_551_615n, from_ms: 0, to_ms: 1 });
});

test("a running statement names its file to a server, so that a slow one is found", async () => {
  const served = await openServedStore();
  const { read } = served.store;
  let name: string | undefined;
  const lane = Object.assign(Object.create(read) as typeof read, {
    query: (params: Parameters<typeof read.query>[0]) => {
      name = params.clickhouse_settings?.log_comment;
      return read.query({ ...params, query: "SELECT getSetting('log_comment') AS comment" });
    },
  });
  const select = defineQuery("aggregate/latest_counting", Type.Object({}), Type.Object({ comment: Type.String() }));
  expect(await select(lane, {})).toEqual([{ comment: "aggregate/latest_counting" }]);
  expect(name).toBe("aggregate/latest_counting");
  await served.close();
});

test("settings are those of the lane, and one that a statement brings does not lose the others", async () => {
  const select = async (clickhouse_settings: ClickHouseSettings): Promise<unknown> => {
    const asked = await opened.store.read.query({
      query: "SELECT getSetting('session_timezone') AS zone, getSetting('max_ast_elements') AS most, toInt64(1) AS n",
      format: "JSONEachRow",
      clickhouse_settings,
    });
    return asked.json();
  };
  const all = [{ zone: "UTC", most: 1_000_000, n: "1" }];
  expect(await select({})).toEqual(all);
  expect(await select({ max_insert_threads: "2" })).toEqual(all);
});

test("any text is one field of one line, and comes back from the engine as it was", async () => {
  await opened.store.write.command({
    query: "CREATE TABLE texts (n UInt32, text String) ENGINE = MergeTree ORDER BY n",
  });
  const unit = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom("\\", "\t", "\n", "\r", "\0", "\b", "\f", "N", "n", "'", "\u000b", "\u007f"),
    },
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  );
  const texts = fc.array(
    fc.array(unit, { maxLength: 12 }).map((parts) => parts.join("")),
    { minLength: 1, maxLength: 50 },
  );
  await fc.assert(
    fc.asyncProperty(texts, async (given) => {
      await opened.store.write.command({ query: "TRUNCATE TABLE texts" });
      const lines = given.map((text, n) => `${n}\t${field(text)}\n`);
      expect(lines.filter((line) => line.split("\t").length !== 2 || line.split("\n").length !== 2)).toEqual([]);
      await insertLines(opened.store.write, { table: "texts", columns: ["n", "text"] }, lines.join(""));
      const result = await opened.store.read.query({
        query: "SELECT text FROM texts ORDER BY n",
        format: "JSONEachRow",
      });
      expect((await result.json<{ text: string }>()).map(({ text }) => text)).toEqual(given);
    }),
    { numRuns: 25 },
  );
});

test.each([
  [0, "0000000000.000"],
  [1, "0000000000.001"],
  [946_684_800_000, "0946684800.000"],
  [1_790_849_520_250, "1790849520.250"],
  [9_999_999_999_999, "9999999999.999"],
])("the instant %i is the field %s", (ms, expected) => {
  expect(timeField(ms)).toBe(expected);
});

test("a time field keeps each of its milliseconds", () => {
  const ms = fc.integer({ min: 0, max: 9_999_999_999_999 });
  fc.assert(fc.property(ms, (at) => timeField(at).replace(".", "") === String(at).padStart(13, "0")));
});
