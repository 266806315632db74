import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import type { Store } from "../../core/store.ts";

/** What an adapter's test hands over: a store that is open, and how to end it. */
export interface StoreUnderTest {
  readonly store: Store;
  close(): Promise<void>;
}

type Rows = Record<string, unknown>[];

const awkward = [
  ["quotes", `it's "half`],
  ["backslashes", String.raw`C:\new\temp \\ \x41 \N`],
  ["tabs and newlines", "a\tb\nc\r\nd"],
  ["NUL and control characters", "a\0b\u0001\b\f"],
  ["emoji", "🦊👩🏽‍🚀"],
  ["what looks like a statement", "'); DROP TABLE event; --"],
  ["what looks like a parameter", "{x:String}"],
  ["nothing", ""],
  ["blanks", "  x  "],
  ["a NULL that is text", "\\N"],
] as const;

/** What core/store.ts promises of the engine, whichever way it is reached: each case is a trap that was met once. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`store: ${name}`, () => {
    let opened: StoreUnderTest;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    const ask = async (query: string, query_params: Record<string, unknown> = {}): Promise<Rows> => {
      const result = await opened.store.read.query({ query, query_params, format: "JSONEachRow" });
      return result.json();
    };
    const run = async (...statements: readonly string[]): Promise<void> => {
      for (const query of statements) await opened.store.write.command({ query });
    };

    test("64-bit and wider integers come out with every digit", async () => {
      const query =
        "SELECT toInt64('9223372036854775807') AS a, toUInt64('18446744073709551615') AS b, toInt256('-1') * toInt256('1' || repeat('0', 40)) AS c";
      expect(await ask(query)).toEqual([
        { a: "9223372036854775807", b: "18446744073709551615", c: `-1${"0".repeat(40)}` },
      ]);
    });

    test("P9: decimals come out with every digit and all their places", async () => {
      const query =
        "SELECT toDecimal128('12345678901234567890.123456789', 9) AS a, toDecimal64('2.50', 9) AS b, toDecimal64('0', 2) AS c";
      expect(await ask(query)).toEqual([{ a: "12345678901234567890.123456789", b: "2.500000000", c: "0.00" }]);
    });

    test("what is no number comes out as text, not as null", async () => {
      expect(await ask("SELECT nan AS a, inf AS b")).toEqual([{ a: "nan", b: "inf" }]);
    });

    test("an instant goes in as whole milliseconds and comes out with all of them", async () => {
      const query =
        "SELECT toUnixTimestamp64Milli(fromUnixTimestamp64Milli({at:Int64}, 'UTC')) AS ms, fromUnixTimestamp64Milli({at:Int64}, 'UTC') AS at";
      expect(await ask(query, { at: 1_790_849_520_250 })).toEqual([
        { ms: "1790849520250", at: "2026-10-01T10:12:00.250Z" },
      ]);
      expect(await ask(query, { at: -1 })).toEqual([{ ms: "-1", at: "1969-12-31T23:59:59.999Z" }]);
    });

    test("integer parameters keep the digits above 2^53: as text, and in arrays as bigint", async () => {
      const query = "SELECT {a:Int64} AS a, {b:UInt64} AS b, {c:Array(Int256)} AS c";
      const wide = `9${"0".repeat(70)}`;
      expect(await ask(query, { a: "-9223372036854775808", b: "18446744073709551615", c: [BigInt(wide)] })).toEqual([
        { a: "-9223372036854775808", b: "18446744073709551615", c: [wide] },
      ]);
    });

    test.each(awkward)("a text parameter comes back exact: %s", async (_what, text) => {
      expect(await ask("SELECT {text:String} AS text, length({text:String}) AS bytes", { text })).toEqual([
        { text, bytes: String(Buffer.byteLength(text)) },
      ]);
    });

    test("an array of texts as a parameter comes back exact", async () => {
      const texts = awkward.map(([, text]) => text);
      expect(await ask("SELECT {texts:Array(String)} AS texts", { texts })).toEqual([{ texts }]);
      expect(await ask("SELECT {texts:Array(String)} AS texts", { texts: [] })).toEqual([{ texts: [] }]);
    });

    test("lines come back exact: texts, times, the widest integers", async () => {
      await run(
        "CREATE TABLE exact (n UInt32, text String, kind LowCardinality(String), at DateTime64(3, 'UTC'), size Int64) ENGINE = MergeTree ORDER BY n",
      );
      const times = [0, 1, 946_684_800_000, 1_790_849_520_250, 9_999_999_999_999];
      const rows = awkward.map(([, text], n) => ({ n, text, ms: times[n % times.length] ?? 0 }));
      const lines = rows.map(
        ({ n, text, ms }) => `${n}\t${field(text)}\t${field(text)}\t${timeField(ms)}\t9223372036854775807\n`,
      );
      await insertLines(
        opened.store.write,
        { table: "exact", columns: ["n", "text", "kind", "at", "size"] },
        lines.join(""),
      );
      expect(await ask("SELECT n, text, kind, toUnixTimestamp64Milli(at) AS ms, size FROM exact ORDER BY n")).toEqual(
        rows.map(({ n, text, ms }) => ({ n, text, kind: text, ms: String(ms), size: "9223372036854775807" })),
      );
    });

    test("one insert may fall into more months than the engine's own limit of 100", async () => {
      await run(
        "CREATE TABLE months (at DateTime64(3, 'UTC')) ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY at",
      );
      const lines = Array.from({ length: 240 }, (_, month) => `${timeField(Date.UTC(2006, month, 1))}\n`);
      await insertLines(opened.store.write, { table: "months", columns: ["at"] }, lines.join(""));
      expect(await ask("SELECT count() AS n, uniqExact(toYYYYMM(at)) AS months FROM months")).toEqual([
        { n: "240", months: "240" },
      ]);
    });

    test("what an insert wrote is readable on every lane when it resolves", async () => {
      await run("CREATE TABLE told (n UInt32) ENGINE = MergeTree ORDER BY n");
      for (let n = 1; n <= 20; n += 1) {
        await insertLines(opened.store.write, { table: "told", columns: ["n"] }, `${n}\n`);
        expect(await ask("SELECT max(n) AS n FROM told")).toEqual([{ n }]);
      }
      const result = await opened.store.run.query({ query: "SELECT count() AS n FROM told", format: "JSONEachRow" });
      expect(await result.json()).toEqual([{ n: "20" }]);
    });

    test("an insert of lines that do not fit is refused whole", async () => {
      await run("CREATE TABLE strict (n UInt32) ENGINE = MergeTree ORDER BY n");
      await expect(insertLines(opened.store.write, { table: "strict", columns: ["n"] }, "1\nx\n")).rejects.toThrow(
        "parse",
      );
      expect(await ask("SELECT count() AS n FROM strict")).toEqual([{ n: "0" }]);
    });

    test("inserting nothing is nothing", async () => {
      await insertLines(opened.store.write, { table: "no_such_table", columns: ["n"] }, "");
    });

    test("a failing statement rejects with the engine's words, and the lane goes on", async () => {
      await expect(ask("SELECT throwIf(1, 'as asked')")).rejects.toThrow("as asked");
      await expect(run("CREATE TABLE told (n UInt8) ENGINE = Memory")).rejects.toThrow("told");
      expect(await ask("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    });

    test("a parameter that is missing or of another type is refused", async () => {
      await expect(ask("SELECT {n:UInt32} AS n")).rejects.toThrow("n");
      await expect(ask("SELECT {n:UInt32} AS n", { n: "x" })).rejects.toThrow("parse");
    });

    test("times are UTC wherever the machine stands", async () => {
      expect(await ask("SELECT timezone() AS zone, toUnixTimestamp(toDateTime('2026-10-01 00:00:00')) AS s")).toEqual([
        { zone: "UTC", s: 1_790_812_800 },
      ]);
    });

    test("a read does not wait behind a run", async () => {
      const order: string[] = [];
      const slow = opened.store.run.query({
        query: "SELECT sleepEachRow(0.25) FROM numbers(4) SETTINGS max_block_size = 1",
        format: "JSONEachRow",
      });
      const long = slow.then(async (result) => {
        await result.json();
        order.push("run");
      });
      await ask("SELECT 1 AS one");
      order.push("read");
      await long;
      expect(order).toEqual(["read", "run"]);
    });
  });
}
