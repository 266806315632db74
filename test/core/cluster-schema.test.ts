// What the schema is on a cluster. Whether the engine takes it is in test/sql/cluster-statements.test.ts.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { placements, renderForCluster, renderRead } from "../../core/cluster-schema.ts";
import { clusterStatements, writtenClusterSchema } from "../sql/cluster-schema-text.ts";

const schema = readFileSync(new URL("../../sql/schema.sql", import.meta.url), "utf8");
const rendered = clusterStatements();

/** Tables of sql/schema.sql with their engine and their sorting key. */
const tables = new Map(
  [
    ...schema.matchAll(/^CREATE TABLE (\w+)\n\(([\s\S]*?)^\)\nENGINE = (\w+)[^\n]*\n?(?:[^C]*?ORDER BY ([^\n]+))?/gm),
  ].map(([, name = "", columns = "", engine = "", key = ""]) => [name, { columns, engine, key }]),
);
const ofEngine = (ending: string): string[] =>
  [...tables].filter(([, { engine }]) => engine.endsWith(ending)).map(([name]) => name);

test("test/core/cluster_schema.sql is what migrations and views are on a cluster (npm run schema writes it)", () => {
  const kept = readFileSync(new URL("cluster_schema.sql", import.meta.url), "utf8");
  expect(writtenClusterSchema().split("\n")).toEqual(kept.split("\n"));
});

test("nothing is made or changed on one node alone", () => {
  const alone = rendered.filter((statement) => !/^[A-Z ]+(IF (NOT )?EXISTS )?\w+ ON CLUSTER `tally`/.test(statement));
  // Rows go through the Distributed tables.
  expect(alone.filter((statement) => !statement.startsWith("INSERT INTO "))).toEqual([]);
  expect(alone.length).toBeLessThan(rendered.length / 20);
});

test("every table is there: replicated on its shard under a Distributed one that names it, or in the memory of each node", () => {
  const made = rendered.flatMap((statement) => {
    const [, name = "", engine = "", args = ""] =
      /^CREATE TABLE IF NOT EXISTS (\w+)[\s\S]*ENGINE = (\w+)(?:\(([^\n]*)\))?/.exec(statement) ?? [];
    return name === "" ? [] : [{ name, engine, args }];
  });
  const named = (engine: RegExp): string[] => [
    ...new Set(made.filter((one) => engine.test(one.engine)).map(({ name }) => name)),
  ];
  const kept = ofEngine("MergeTree");
  expect(kept.length).toBeGreaterThan(45);
  expect(named(/^Distributed$/).toSorted()).toEqual(kept);
  expect(named(/^Replicated\w*MergeTree$/).toSorted()).toEqual(kept.map((name) => `${name}_local`).toSorted());
  expect(named(/^Memory$/).toSorted()).toEqual(ofEngine("Memory").toSorted());
  for (const { name, engine, args } of made) {
    if (engine === "Distributed") expect(args).toContain(`, ${name}_local, ${placements[name] ?? "0"}`);
    if (engine.startsWith("Replicated"))
      expect(args).toContain(`'/clickhouse/tables/{shard}/{database}/${name}', '{replica}'`);
    // The kind of merge is the one it has on one engine.
    const former = tables.get(name.replace(/_local$/, ""))?.engine ?? "";
    if (engine.startsWith("Replicated")) expect(engine).toBe(`Replicated${former}`);
  }
});

test("what is sharded is a table, and sharded by columns that an insert brings", () => {
  for (const [name, key] of Object.entries(placements)) {
    const { columns } = tables.get(name) ?? { columns: "" };
    for (const column of key.replace(/^sipHash64/, "").match(/\w+/g) ?? [])
      expect(columns, `${name}.${column}`).toMatch(new RegExp(`^ +\`${column}\` (?!.*(MATERIALIZED|ALIAS))`, "m"));
  }
});

test("rows that a merge folds into one lie on one shard", () => {
  const folding = [...tables].filter(
    ([name, { engine }]) => /(Replacing|Aggregating)/.test(engine) && name in placements,
  );
  expect(folding.length).toBeGreaterThan(3);
  for (const [name, { key }] of folding) {
    // One (id_hash, log_partition, log_offset) is one message, which has one resource and so one k.
    if (name === "event_identity") continue;
    for (const column of (placements[name] ?? "").replace(/^sipHash64/, "").match(/\w+/g) ?? [])
      expect(key.match(/\w+/g), `${name} by ${column}`).toContain(column);
  }
});

test("columns change in both tables, all else in the one that has the rows", () => {
  expect(renderForCluster("ALTER TABLE event ADD COLUMN IF NOT EXISTS a String AFTER id", "c")).toEqual([
    "ALTER TABLE event_local ON CLUSTER `c` ADD COLUMN IF NOT EXISTS a String AFTER id",
    "ALTER TABLE event ON CLUSTER `c` ADD COLUMN IF NOT EXISTS a String AFTER id",
  ]);
  expect(renderForCluster("ALTER TABLE event DROP PARTITION ID '202609'", "c")).toEqual([
    "ALTER TABLE event_local ON CLUSTER `c` DROP PARTITION ID '202609'",
  ]);
  const erase = "ALTER TABLE event UPDATE name = '' WHERE account_id = {a:String} SETTINGS mutations_sync = 1";
  expect(renderForCluster(erase, "c")).toEqual([
    "ALTER TABLE event_local ON CLUSTER `c` UPDATE name = '' WHERE account_id = {a:String} SETTINGS mutations_sync = 2",
  ]);
  expect(renderForCluster("DELETE FROM run_touched WHERE run_seq = 7", "c")).toEqual([
    "DELETE FROM run_touched_local ON CLUSTER `c` WHERE run_seq = 7",
  ]);
  expect(renderForCluster("TRUNCATE TABLE checkpoint", "c")).toEqual([
    "TRUNCATE TABLE checkpoint_local ON CLUSTER `c`",
  ]);
  expect(() => renderForCluster("ALTER TABLE event ADD COLUMN a String, ADD INDEX b a TYPE set(1)", "c")).toThrow(
    /columns/,
  );
});

test("a run empties the scratch tables of the node it talks to, and no other's", () => {
  expect(renderForCluster("TRUNCATE TABLE scratch_touched", "c")).toEqual(["TRUNCATE TABLE scratch_touched"]);
});

test("a statement there is no rule for is refused, not run on one node", () => {
  for (const statement of [
    "OPTIMIZE TABLE event FINAL",
    "EXCHANGE TABLES a AND b",
    "CREATE TABLE t (a Int8) ENGINE = Log",
  ])
    expect(() => renderForCluster(statement, "c")).toThrow(/a cluster has a form of/);
});

test.each([
  ["k IN (SELECT k FROM scratch_touched)", "k GLOBAL IN (SELECT k FROM scratch_touched)"],
  ["(a, b) NOT IN (\n  SELECT a, b FROM t)", "(a, b) GLOBAL NOT IN (\n  SELECT a, b FROM t)"],
  ["a IN (1, 2) AND b IN {b:Array(String)}", "a IN (1, 2) AND b IN {b:Array(String)}"],
  ["FROM a LEFT ANY JOIN b ON x", "FROM a GLOBAL LEFT ANY JOIN b ON x"],
  ["FROM a ARRAY JOIN b AS c LEFT ARRAY JOIN d", "FROM a ARRAY JOIN b AS c LEFT ARRAY JOIN d"],
  ["x = 'a JOIN b IN (SELECT' -- IN (SELECT\n", "x = 'a JOIN b IN (SELECT' -- IN (SELECT\n"],
  ["a GLOBAL IN (SELECT 1)", "a GLOBAL IN (SELECT 1)"],
])("%s is read as %s", (sql, read) => expect(renderRead(sql)).toBe(read));
