// The test server itself, asked by bare HTTP: what it says has to be what a ClickHouse server says.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClickHouseServer, type Mishap, startClickHouseServer } from "./server.ts";

let folder: string;
let server: ClickHouseServer;
let mishap: Mishap = "none";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tally-server-"));
  const users = { default: "", reader: "se:cret" };
  server = await startClickHouseServer({ folder, users, mishap: () => mishap });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (fields: Record<string, string>, init: RequestInit = {}): Promise<Response> =>
  fetch(`${server.url}/?${new URLSearchParams(fields).toString()}`, { method: "POST", ...init });
const textOf = async (fields: Record<string, string>, init: RequestInit = {}): Promise<string> =>
  (await ask(fields, init)).text();

test("a statement stands in the address or in the body, and an INSERT's rows beside it or after it", async () => {
  expect(await (await fetch(`${server.url}/ping`)).text()).toBe("Ok.\n");
  expect(await textOf({ query: "SELECT 1" })).toBe("1\n");
  expect(await textOf({}, { body: "SELECT 2 AS n FORMAT JSONEachRow" })).toBe('{"n":2}\n');
  await textOf({}, { body: "CREATE TABLE taken (n UInt8, t String) ENGINE = MergeTree ORDER BY n" });
  await textOf({ query: "INSERT INTO taken (n, t) FORMAT TabSeparated" }, { body: "1\ta\\tb\n" });
  await textOf({}, { body: 'INSERT INTO taken FORMAT JSONEachRow\n{"n":2,"t":"it\'s; fine"}\n' });
  const rows = "INSERT INTO taken SELECT n + 10, t FROM input('n UInt8, t String') FORMAT CSV";
  await textOf({ query: rows }, { body: '3,"c"\n' });
  expect(await textOf({ query: "SELECT * FROM taken ORDER BY n" })).toBe("1\ta\\tb\n2\tit\\'s; fine\n13\tc\n");
});

test("rows in a binary format come back as they went in", async () => {
  const parquet = Buffer.from(
    await (await ask({ query: "SELECT number AS n FROM numbers(1000) FORMAT Parquet" })).arrayBuffer(),
  );
  await textOf({ query: "CREATE TABLE packed (n UInt64) ENGINE = MergeTree ORDER BY n" });
  await textOf({ query: "INSERT INTO packed FORMAT Parquet" }, { body: parquet });
  expect(await textOf({ query: "SELECT count(), sum(n) FROM packed" })).toBe("1000\t499500\n");
});

test("settings hold for their request alone; a named session keeps them", async () => {
  const query = "SELECT getSetting('max_threads')";
  expect(await textOf({ query, max_threads: "3" })).toBe("3\n");
  expect(await textOf({ query: "SELECT getSetting('max_threads') = 3" })).toBe("0\n");
  expect(await textOf({ query: "SELECT timezone()", session_timezone: "Asia/Kolkata" })).toBe("Asia/Kolkata\n");
  await textOf({ query: "SET max_threads = 5", session_id: "one" });
  expect(await textOf({ query, session_id: "one", session_check: "1" })).toBe("5\n");
  const missing = await ask({ query, session_id: "two", session_check: "1" });
  expect([missing.status, missing.headers.get("x-clickhouse-exception-code")]).toEqual([404, "372"]);
});

test.each([
  ["SELECT * FROM no_such_table", 404, "60", "UNKNOWN_TABLE"],
  ["SELEC 1", 400, "62", "SYNTAX_ERROR"],
  ["SELECT 1; SELECT 2", 400, "62", "SYNTAX_ERROR"],
  ["SELECT {n:UInt8}", 400, "456", "UNKNOWN_QUERY_PARAMETER"],
  ["SELECT throwIf(1, 'as asked')", 500, "395", "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"],
])("%s is refused with a server's status, number and name", async (query, status, code, name) => {
  const answer = await ask({ query });
  expect([answer.status, answer.headers.get("x-clickhouse-exception-code")]).toEqual([status, code]);
  expect(await answer.text()).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: .*\\(${name}\\) \\(version `, "s"));
});

test("what fails after the first rows stands at the end of the body, and the client throws it", async () => {
  const query = "SELECT throwIf(number = 90000, 'too far') FROM numbers(100000) SETTINGS max_block_size = 1000";
  const client = createClient({ url: server.url, log: { level: ClickHouseLogLevel.OFF } });
  const result = await client.query({ query, format: "JSONEachRow" });
  const read = async (): Promise<void> => {
    for await (const rows of result.stream()) void rows;
  };
  await expect(read()).rejects.toThrow("too far");
  await client.close();
  expect((await ask({ query, wait_end_of_query: "1" })).status).toBe(500);
});

test("bodies are packed both ways when that is asked", async () => {
  const body = gzipSync("SELECT 'packed'");
  expect(await textOf({}, { body, headers: { "content-encoding": "gzip" } })).toBe("packed\n");
  const bare = await ask(
    { query: "SELECT 1", enable_http_compression: "1" },
    { headers: { "accept-encoding": "gzip" } },
  );
  expect(bare.headers.get("content-encoding")).toBe("gzip");
  // fetch unpacks by that header: had it been sent plain, this would fail
  expect(await bare.text()).toBe("1\n");
});

test("who may not ask is refused; user and key come by basic authorization, headers or address", async () => {
  const query = "SELECT 1";
  expect((await ask({ query, user: "reader", password: "wrong" })).status).toBe(403);
  expect((await ask({ query, user: "nobody" })).status).toBe(403);
  expect(await textOf({ query, user: "reader", password: "se:cret" })).toBe("1\n");
  const key = { "x-clickhouse-user": "reader", "x-clickhouse-key": "se:cret" };
  expect(await textOf({ query }, { headers: key })).toBe("1\n");
  const authorization = `Basic ${Buffer.from("reader:se:cret").toString("base64")}`;
  expect(await textOf({ query }, { headers: { authorization } })).toBe("1\n");
});

test("an address over 1 MiB and a value over 128 KiB are refused, in a form too", async () => {
  const query = "SELECT length({text:String})";
  expect(await textOf({ query, param_text: "x".repeat(131_072) })).toBe("131072\n");
  expect(await textOf({ query, param_text: "x".repeat(131_073) })).toContain("Field value too long");
  const form = new FormData();
  form.set("query", query);
  form.set("param_text", "x".repeat(100_000));
  expect(await textOf({}, { body: form })).toBe("100000\n");
  form.set("param_text", "x".repeat(131_073));
  expect(await textOf({}, { body: form })).toContain("Field value too long");
  expect(await textOf({ query: "SELECT 1", a: "x".repeat(1_048_577) })).toContain("URI invalid or too long");
});

test("requests run side by side, and one whose caller has gone does not hold up the others", async () => {
  const gone = new AbortController();
  const query = "SELECT sleepEachRow(0.1) FROM numbers(20) SETTINGS max_block_size = 1";
  const left = ask({ query }, { signal: gone.signal }).then((answer) => answer.text());
  const began = performance.now();
  const many = Array.from({ length: 8 }, (_, n) => textOf({ query: "SELECT sleep(0.2), {n:UInt8}", param_n: `${n}` }));
  gone.abort();
  await expect(left).rejects.toThrow("abort");
  expect(await Promise.all(many)).toEqual(many.map((_, n) => `0\t${n}\n`));
  expect(performance.now() - began).toBeLessThan(1_500);
});

test("an answer can be lost after the work was done, as on a bad line", async () => {
  await textOf({ query: "CREATE TABLE lost (n UInt8) ENGINE = MergeTree ORDER BY n" });
  mishap = "before";
  await expect(textOf({ query: "INSERT INTO lost VALUES (1)" })).rejects.toThrow("fetch failed");
  mishap = "after";
  await expect(textOf({ query: "INSERT INTO lost VALUES (2)" })).rejects.toThrow("fetch failed");
  mishap = "none";
  expect(await textOf({ query: "SELECT * FROM lost" })).toBe("2\n");
});
