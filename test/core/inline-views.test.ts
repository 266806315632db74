import { afterAll, beforeAll, expect, test } from "vitest";
import { inlineViews } from "../../core/inline-views.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());

async function rows(query: string, query_params: Record<string, unknown> = {}): Promise<unknown[]> {
  return (await pipeline.store.read.query({ query, query_params, format: "JSONEachRow" })).json();
}

test("a statement that reads no view stays as it is, but for its comments", () => {
  expect(inlineViews("-- What.\nSELECT a FROM run -- not at the start\nWHERE b = (1)\n")).toBe(
    "SELECT a FROM run -- not at the start\nWHERE b = (1)\n",
  );
});

test("a view is written out under the name it has in the statement, and what it reads itself too", () => {
  const named = inlineViews(
    "SELECT other.k FROM untouched_state(from_ms = {a:Int64}, k_from = 0, k_to = {b:UInt64}) AS other",
  );
  expect(named).not.toMatch(/\b(untouched_state|open_state)\(/);
  expect(named).toMatch(/\) AS open_state\s+WHERE[\s\S]*\) AS other$/);
  expect(inlineViews("SELECT current_run.run_seq FROM current_run")).toMatch(/\) AS current_run$/);
});

test("a parameter of the same type is handed on as it is, whatever else is given becomes one of the type asked for", () => {
  const sql = inlineViews(
    "SELECT 1 FROM account_of_zone(zone = {name:String}, at_ms = {edges:Array(Int64)}[length({edges:Array(Int64)})])",
  );
  expect(sql).toContain("zone = {name:String}");
  expect(sql).toContain("CAST({edges:Array(Int64)}[length({edges:Array(Int64)})], 'Int64')");
  expect(inlineViews("SELECT 1 FROM zone_of_account(run_seq = 0)")).toContain("CAST(0, 'UInt64')");
});

test("a view that is not given what it takes is refused at once", () => {
  expect(() => inlineViews("SELECT 1 FROM account_of_zone(zone = 'UTC')")).toThrow("at_ms");
});

test("a statement says the same with its views written out as with the views of the store", async () => {
  const day = Date.UTC(2026, 2, 1);
  const event = (id: string, type: string, at: number): unknown => ({
    specversion: "1.0",
    id,
    source: "cloud/1",
    type,
    time: new Date(at).toISOString(),
    subject: "vm",
    data: { account_id: "a", resource: "vm", zone: "z", offering: "o" },
  });
  await pipeline.send([
    event("1", "VM.CREATE", day),
    event("2", "VM.START", day + 1000),
    event("3", "VM.STOP", day + 5000),
  ]);
  await pipeline.aggregate(day + 86_400_000);
  const given = { as_of: "1000000", from_ms: "0", to_ms: String(day + 86_400_000) };
  const sql =
    "SELECT * FROM usage_truth(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}) ORDER BY usage_type";
  const read = await rows(sql, given);
  expect(read.length).toBeGreaterThan(0);
  expect(await rows(inlineViews(sql), given)).toEqual(read);
});
