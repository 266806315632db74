// A lane to the engine in the process: parameters in a statement's text mean what they do beside it, and who waits for whom.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bindText } from "../../core/bound-text.ts";
import type { Store } from "../../core/store.ts";
import { openTestStore } from "../test-store.ts";

let on: { store: Store; close(): Promise<void> };
beforeAll(async () => {
  on = await openTestStore();
});
afterAll(() => on.close());

const ask = async (query: string, query_params: Record<string, unknown>) =>
  (await on.store.read.query({ query, query_params, format: "JSONEachRow" })).json();

test("text comes back as it was given: quotes, backslashes, line breaks, zero bytes, other scripts, statements", async () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom("'", "\\", "\0", "\n", "\t", "{", "}", "--", "/*", ";"), fc.string()),
  });
  await fc.assert(
    fc.asyncProperty(text, fc.array(text, { maxLength: 3 }), async (one, many) => {
      const [row] = await ask("SELECT {one:String} AS one, {many:Array(String)} AS many", { one, many });
      expect(row).toEqual({ one, many });
    }),
    { numRuns: 200 },
  );
});

test("numbers keep their type and all their digits", async () => {
  const sql = `SELECT toTypeName({a:UInt64}) AS a_type, toString({a:UInt64}) AS a, toString({b:Array(UInt128)}) AS b, {c:Int64} AS c, {d:Nullable(Int64)} AS d,
    toString({e:Array(Tuple(String, UInt8))}) AS e, toString({f:Array(UInt16)}) AS f`;
  const most = 2n ** 128n - 1n;
  const values = { a: "18446744073709551615", b: [most, "7"], c: -5, d: null, e: [["it's", 1]], f: [] };
  expect(await ask(sql, values)).toEqual([
    {
      a_type: "UInt64",
      a: "18446744073709551615",
      b: "[340282366920938463463374607431768211455,7]",
      c: "-5",
      d: null,
      e: "[('it\\'s',1)]",
      f: "[]",
    },
  ]);
});

test("a parameter that is not given is refused before the engine is asked", () => {
  expect(() => bindText("SELECT {a:UInt8}", {})).toThrow("the statement takes a, which is not given");
});

test("a long statement of one lane leaves the others alone", async () => {
  const ended: string[] = [];
  const long = on.store.run
    .query({
      query: "SELECT sum(sleepEachRow(0.2)) AS slept FROM numbers({rows:UInt8})",
      query_params: { rows: 10 },
      format: "JSONEachRow",
    })
    .then(async (result) => {
      await result.json();
      ended.push("long");
    });
  await ask("SELECT {short:UInt8} AS short", { short: 1 });
  ended.push("short");
  await long;
  expect(ended).toEqual(["short", "long"]);
});

test("reads are answered beside each other: a short one does not wait for a long one", async () => {
  const ended: string[] = [];
  const read = async (name: string, rows: number): Promise<void> => {
    await ask("SELECT sum(sleepEachRow(0.2)) AS slept FROM numbers({rows:UInt8})", { rows });
    ended.push(name);
  };
  await Promise.all([read("long", 10), read("short", 1), read("middling", 4)]);
  expect(ended).toEqual(["short", "middling", "long"]);
});
