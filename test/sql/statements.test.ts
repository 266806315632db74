// Every statement is held to the engine itself: what it gives is what its caller declares.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TSchema } from "typebox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../../core/migrate.ts";
import { definedQueries, loadSql, parameterNames } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { openServedStore } from "../clickhouse-server/open.ts";
import { openTestStore } from "../test-store.ts";

const root = new URL("../../", import.meta.url);
const stages = ["core", "ingest", "aggregate", "rating", "api"];

const below = (folder: string, ending: string): string[] =>
  readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path}`);
const textOf = (path: string): string => readFileSync(new URL(path, root), "utf8");

const statements = stages
  .flatMap((stage) => below(`sql/${stage}`, ".sql"))
  .map((path) => path.slice("sql/".length, -".sql".length));
const sources = stages.flatMap((stage) => below(stage, ".ts"));
const kindOf = (name: string): "query" | "command" =>
  /^\s*(INSERT|DELETE|ALTER|TRUNCATE)\b/m.test(bare(name)) ? "command" : "query";

/** A statement without its header and comments. */
function bare(name: string): string {
  return loadSql(name).replace(/^\s*--.*$/gm, "");
}

/** Both ways to the engine: what holds on one has to hold on the other. */
const stores: Readonly<Record<string, () => Promise<{ store: Store; close(): Promise<void> }>>> = {
  embedded: openTestStore,
  "server over HTTP": async () => {
    const served = await openServedStore();
    await migrate(served.store.run);
    return served;
  },
};

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tally-statements-"));
  // whatever calls defineQuery puts itself on the list when it is loaded
  for (const path of sources) if (/\bdefineQuery\(/.test(textOf(path))) await import(new URL(path, root).href);
  const opened = await openTestStore();
  await opened.store.write.command({
    query: `INSERT INTO FUNCTION file('${join(folder, "trace.parquet")}', 'Parquet')
      SELECT toInt32(1) AS id, toInt64(0) AS submission_time, toInt64(1) AS duration, toInt32(1) AS cpu_count, 1.5 AS cpu_capacity, toInt64(1) AS mem_capacity`,
  });
  await opened.store.write.command({
    query: `INSERT INTO FUNCTION file('${join(folder, "events.parquet")}', 'Parquet') SELECT * FROM event`,
  });
  await opened.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Values no statement stumbles over: nothing where there may be nothing; a zone, a file, a hash, edges where there must be some. */
function harmless(sql: string): Record<string, unknown> {
  const typed = [...sql.replace(/^\s*--.*$/gm, "").matchAll(/\{(\w+)\s*:\s*([^}]+)\}/g)];
  return Object.fromEntries(
    typed.map(([, name = "", type = ""]): [string, unknown] => {
      if (name === "structure") return [name, "id Int32"];
      if (name === "archive_path") return [name, join(folder, "events.parquet")];
      if (name === "path") return [name, join(folder, "trace.parquet")];
      if (type.startsWith("Array")) return [name, type === "Array(String)" ? ["a"] : [0, 1]];
      if (name.endsWith("zone")) return [name, "UTC"];
      return [name, type === "String" && !name.endsWith("shape") ? "" : "0"];
    }),
  );
}

async function columnsOf(store: Store, name: string): Promise<Map<string, string>> {
  const result = await store.read.query({
    query: `DESCRIBE TABLE (${loadSql(name)}\n)`,
    query_params: harmless(loadSql(name)),
    format: "JSONEachRow",
  });
  const rows = await result.json<{ name: string; type: string }>();
  return new Map(rows.map((row) => [row.name, row.type]));
}

const asText = /^(String|FixedString|U?Int(64|128|256)|Decimal|DateTime|Date|UUID|Enum)/;
const asNumber = /^(U?Int(8|16|32)|Float(32|64)|Bool)\b/;

/**
 * Whether a value of this type of the engine, as JSON, is what the schema takes. A scalar subquery is Nullable to the engine
 * even where it always gives a row: a null that came all the same would be refused with its row (core/sql.ts).
 */
function fits(
  type: string,
  schema: TSchema & { type?: string; anyOf?: TSchema[]; const?: unknown; items?: TSchema },
): boolean {
  const inner = /^(?:LowCardinality|SimpleAggregateFunction\(\w+, )\(?(.*)\)$/.exec(type)?.[1];
  if (inner !== undefined) return fits(inner, schema);
  const nullable = /^Nullable\((.*)\)$/.exec(type)?.[1];
  const options = schema.anyOf ?? [schema];
  if (nullable !== undefined) return options.some((option) => fits(nullable, option));
  return options.some((option) => fitsOne(type, option));
}

function fitsOne(type: string, schema: TSchema & { type?: string; const?: unknown; items?: TSchema }): boolean {
  if (type.startsWith("Array("))
    return schema.type === "array" && fits(type.slice("Array(".length, -1), schema.items ?? {});
  if (/^(Map|Tuple)\(/.test(type)) return schema.type === "object" || schema.type === "array";
  if (schema.type === "string" || typeof schema.const === "string") return asText.test(type);
  if (schema.type === "boolean") return type === "Bool";
  return (schema.type === "integer" || schema.type === "number") && asNumber.test(type);
}

test("the check tells types apart", () => {
  const text = { type: "string" };
  const number = { type: "integer" };
  expect([fits("UInt64", text), fits("UInt64", number), fits("UInt32", text), fits("UInt32", number)]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect([fits("LowCardinality(String)", text), fits("Nullable(Int64)", text), fits("Nullable(Int8)", text)]).toEqual([
    true,
    true,
    false,
  ]);
  expect([
    fits("Array(Int64)", { type: "array", items: text }),
    fits("Array(Int64)", { type: "array", items: number }),
  ]).toEqual([true, false]);
  expect(fits("Nullable(Int64)", { anyOf: [text, { type: "null" }] })).toBe(true);
});

test.each(statements)("%s opens with its contract, is one statement and is named once", (name) => {
  const text = loadSql(name);
  expect(text).toMatch(/^-- .+\.\n-- Params {2}\S(.|\n)*?\n-- Rows {4}\S.*\n(--.*\n)*?-- Why {5}\S/);
  expect(bare(name).trim()).not.toContain(";");
  const naming = sources.flatMap((path) => textOf(path).split(`"${name}"`).slice(1));
  expect(naming).toHaveLength(1);
});

test.each(statements)("the header of %s names all its parameters", (name) => {
  const header = /^-- Params[\s\S]*?(?=^-- Rows)/m.exec(loadSql(name))?.[0] ?? "";
  expect(
    [...parameterNames(loadSql(name))].filter((parameter) => !new RegExp(`\\b${parameter}\\b`).test(header)),
  ).toEqual([]);
});

describe.each(Object.entries(stores))("%s", (_name, open) => {
  let opened: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  test.each(statements.filter((name) => kindOf(name) === "query"))(
    "%s gives the columns its caller declares, in types that fit",
    async (name) => {
      const defined = definedQueries.filter((query) => query.name === name);
      expect(defined, "queries defined on this file").toHaveLength(1);
      const columns = await columnsOf(opened.store, name);
      for (const { row } of defined) {
        const declared = Object.entries(row.properties as Record<string, TSchema>);
        const unfit = declared.filter(([column, schema]) => !fits(columns.get(column) ?? "absent", schema));
        expect(unfit.map(([column]) => [column, columns.get(column) ?? "absent"])).toEqual([]);
        expect(
          [...columns.keys()].filter((column) => !Object.hasOwn(row.properties, column)),
          "columns nobody reads",
        ).toEqual([]);
      }
    },
  );

  test.each(statements.filter((name) => kindOf(name) === "command"))("the engine takes %s as it is", async (name) => {
    const result = await opened.store.read.query({
      query: `EXPLAIN AST ${bare(name)}`,
      query_params: harmless(loadSql(name)),
      format: "JSONEachRow",
    });
    expect((await result.json()).length).toBeGreaterThan(0);
  });
});

test("every query on the list has its file", () => {
  expect(definedQueries.map(({ name }) => name).filter((name) => !statements.includes(name))).toEqual([]);
});
