// Every statement as it goes to a cluster, held to an engine that knows a cluster of two shards (two-shards.ts).
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clusterSettings, renderForCluster } from "../../core/cluster-schema.ts";
import { inlineViews } from "../../core/inline-views.ts";
import { loadSql } from "../../core/sql.ts";
import { askedShards, onOneNode, openTwoShards, type TwoShards } from "./two-shards.ts";

const root = new URL("../../sql/", import.meta.url);
const statements = ["core", "ingest", "aggregate", "rating", "api"].flatMap((stage) =>
  readdirSync(new URL(`${stage}/`, root), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".sql"))
    .map((path) => `${stage}/${path.slice(0, -".sql".length)}`),
);
/** What reads a file of its own structure reads no table. */
const ofTables = statements.filter((name) => !/\bFROM file\(\{\w+:String\}, 'Parquet'\)/.test(loadSql(name)));
const isChange = (sql: string): boolean => /^(ALTER|DELETE|TRUNCATE|DROP|CREATE)\b/.test(sql);

let node: TwoShards;
beforeAll(async () => {
  node = await openTwoShards();
  const columns = await node.ask(
    "SELECT name || ' ' || type FROM system.columns WHERE table = 'event' AND default_kind = '' AND database = currentDatabase()",
  );
  eventColumns = columns.text.trim().split("\n").join(", ");
}, 60_000);
afterAll(() => node?.close());

/** Of table event what a file of it holds. */
let eventColumns = "";

/** Values that every statement takes. */
function harmless(sql: string): Record<string, string> {
  return Object.fromEntries(
    [...sql.matchAll(/\{(\w+)\s*:\s*([^}]+)\}/g)].map(([, name = "", type = ""]): [string, string] => {
      if (name === "structure") return [name, eventColumns];
      if (name === "integer") return [name, "Int256"];
      if (name === "labels" && type !== "String") return [name, "['a']"];
      if (type.startsWith("Array")) return [name, type === "Array(String)" ? "['a','b']" : "[0,1]"];
      if (name.endsWith("zone")) return [name, "UTC"];
      return [name, type === "String" && !name.endsWith("shape") ? "" : "0"];
    }),
  );
}

test("the schema stands: each Distributed table has the columns of the one under it, and takes its sharding key", async () => {
  const { text } = await node.ask(
    `SELECT count() FROM (SELECT table, name, type, default_kind, default_expression FROM system.columns
     WHERE database = currentDatabase() AND table IN (SELECT name FROM system.tables WHERE engine = 'Distributed'))`,
  );
  expect(Number(text)).toBeGreaterThan(500);
  const unlike = await node.ask(
    `SELECT replaceRegexpOne(table, '_local$', '') AS one, name, count(), uniqExact(type, default_kind, default_expression, position) AS kinds
     FROM system.columns WHERE database = currentDatabase()
       AND replaceRegexpOne(table, '_local$', '') IN (SELECT name FROM system.tables WHERE engine = 'Distributed')
     GROUP BY one, name HAVING count() != 2 OR kinds != 1`,
  );
  expect(unlike).toMatchObject({ text: "", code: 0 });
});

test("the engine knows all settings of a cluster", async () => {
  const names = Object.keys(clusterSettings);
  const { text } = await node.ask(
    `SELECT name FROM system.settings WHERE name IN ('${names.join("','")}') ORDER BY name`,
  );
  expect(text.trim().split("\n")).toEqual(names.toSorted());
});

test.each(ofTables)(
  "%s is taken by a node of a cluster, and no subquery of it runs once on each shard",
  async (name) => {
    const [sql = "", ...others] = renderForCluster(inlineViews(loadSql(name)), "tally").map(onOneNode);
    expect(others, "columns change by migrations").toEqual([]);
    const shown = isChange(sql)
      ? `EXPLAIN AST ${sql}`
      : `EXPLAIN ${sql.replace(/^INSERT INTO [\s\S]*?(?=\b(SELECT|WITH)\b)/, "")}`;
    const { code, refusal } = await node.ask(shown, harmless(loadSql(name)));
    // By default the engine refuses (288) what would run once on each shard.
    expect([0, ...askedShards], refusal).toContain(code);
  },
);

test("without GLOBAL the engine refuses, or looks into the scratch tables of other nodes: settings alone do not mend joins", async () => {
  const sharded = "SELECT count() FROM event WHERE k IN (SELECT k FROM usage_record)";
  expect((await node.ask(`EXPLAIN ${sharded}`)).code).toBe(288);
  expect(askedShards).toContain((await node.ask(`EXPLAIN ${renderForCluster(sharded, "tally").join("")}`)).code);
  // A row at which it throws (395) tells that the subquery ran here, before the shards were asked.
  await node.ask("INSERT INTO scratch_touched VALUES (1)");
  const subquery = "SELECT count() FROM event WHERE k IN (SELECT k FROM scratch_touched WHERE throwIf(k = 1) = 0)";
  const join =
    "SELECT sum(seen) FROM event LEFT JOIN (SELECT k, throwIf(k = 1) AS seen FROM scratch_touched) AS here ON here.k = event.k";
  const settings = "SETTINGS distributed_product_mode = 'global', prefer_global_in_and_join = 1";
  for (const sql of [subquery, join]) {
    expect(askedShards).toContain((await node.ask(sql)).code);
    expect((await node.ask(`${renderForCluster(sql, "tally").join("")} ${settings}`)).code).toBe(395);
  }
  expect(askedShards).toContain((await node.ask(`${join} ${settings}`)).code);
});

test("a row of a resource goes to the shard of its hash, control data to the first", async () => {
  const shardOf = async (table: string, column: string, value: string): Promise<string | undefined> => {
    const insert = `INSERT INTO ${table} (${column}) SETTINGS distributed_foreground_insert = 1 SELECT '${value}'`;
    return /Connection refused \(127\.0\.0\.1:(\d)\)/.exec((await node.ask(insert)).refusal)?.[1];
  };
  const seen = new Set<string>();
  for (const resource of ["vm-0", "vm-1", "vm-2", "vm-3", "vm-4", "vm-5"]) {
    const { text } = await node.ask(`SELECT 1 + sipHash64('${resource}') % 2`);
    seen.add(text.trim());
    for (const table of ["event", "usage_record", "billing_record"])
      expect([table, await shardOf(table, "resource", resource)]).toEqual([table, text.trim()]);
    expect(await shardOf("run", "run_id", resource)).toBe("1");
    expect(await shardOf("setting", "name", resource)).toBe("1");
  }
  expect(seen.size).toBe(2);
});
