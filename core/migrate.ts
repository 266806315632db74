import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { ClickHouseClient } from "@clickhouse/client";
import { AppError } from "./errors.ts";
import { field, insertLines } from "./insert-lines.ts";

/** One step of the schema's road: never edited after it has landed. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sha256: string;
  readonly statements: readonly string[];
}

interface Applied {
  readonly version: number;
  readonly name: string;
  readonly sha256: string;
}

/** What has been applied, in the order in which it was. */
export const ledger = `CREATE TABLE IF NOT EXISTS schema_migration (
  version UInt32, name String, sha256 String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree ORDER BY version SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;

/** All migrations of sql/migrations by number; views of sql/views follow as code that is laid anew at each start. */
export function readMigrations(directory = new URL("../sql/migrations/", import.meta.url)): Migration[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".sql"))
    .toSorted()
    .map((file) => {
      const text = readFileSync(new URL(file, directory), "utf8");
      return {
        version: Number(file.slice(0, 4)),
        name: file.slice(5, -4),
        sha256: sha256(text),
        statements: splitStatements(text),
      };
    });
}

/**
 * Brings the store to this version's schema: what is missing is applied, each statement by itself; forward only.
 * @throws AppError schema-mismatch when an applied migration has changed, or the store is newer than this version.
 */
export async function migrate(
  client: ClickHouseClient,
  migrations: readonly Migration[] = readMigrations(),
): Promise<number> {
  await client.command({ query: ledger });
  const applied = await readApplied(client);
  refuseForeign(applied, migrations);
  const missing = migrations.filter(({ version }) => !applied.has(version));
  for (const migration of missing) {
    for (const query of migration.statements) await client.command({ query });
    const row = [String(migration.version), field(migration.name), migration.sha256].join("\t");
    await insertLines(client, { table: "schema_migration", columns: ["version", "name", "sha256"] }, `${row}\n`);
  }
  await layViews(client, { anew: missing.length > 0 });
  return missing.length;
}

/** The statements of a migration: each ended by `;` at a line's end, comments dropped. */
export function splitStatements(text: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, "")
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement.length > 0);
}

async function readApplied(client: ClickHouseClient): Promise<Map<number, Applied>> {
  const result = await client.query({
    query: "SELECT version, name, sha256 FROM schema_migration WHERE version > 0",
    format: "JSONEachRow",
  });
  const rows = await result.json<Applied>();
  return new Map(rows.map((row) => [row.version, row]));
}

function refuseForeign(applied: ReadonlyMap<number, Applied>, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.version ?? 0;
  for (const { version, name, sha256: sum } of applied.values()) {
    const ours = migrations.find((migration) => migration.version === version);
    if (version > newest) {
      throw new AppError(
        "schema-mismatch",
        `the store has migration ${version} (${name}), this version knows ${newest} at most`,
      );
    }
    if (ours?.sha256 !== sum)
      throw new AppError("schema-mismatch", `migration ${version} (${name}) is not the one this store was made with`);
  }
}

/** The statements of sql/views, in the order of the numbered names of their files, so that one view may stand on another. */
export function readViews(directory = new URL("../sql/views/", import.meta.url)): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .flatMap((file) => splitStatements(readFileSync(new URL(file, directory), "utf8")));
}

/** The ledger's row of the views, which are no migration. */
const views = { version: 0, name: "views" };

/** Views are code, laid anew. Those that are there as they should be are left alone: other processes on the store are reading them. */
async function layViews(client: ClickHouseClient, { anew }: { anew: boolean }): Promise<void> {
  const statements = readViews();
  const sum = sha256(statements.join("\n"));
  if (!anew && (await areLaid(client, statements, sum))) return;
  for (const query of statements) await client.command({ query });
  const row = [String(views.version), views.name, sum].join("\t");
  await insertLines(client, { table: "schema_migration", columns: ["version", "name", "sha256"] }, `${row}\n`);
}

/** Whether the last views laid are these, and all of them are still there. */
async function areLaid(client: ClickHouseClient, statements: readonly string[], sum: string): Promise<boolean> {
  const last = await client.query({
    query: `SELECT sha256 FROM schema_migration WHERE version = ${views.version} ORDER BY applied_at DESC LIMIT 1`,
    format: "JSONEachRow",
  });
  if ((await last.json<{ sha256: string }>())[0]?.sha256 !== sum) return false;
  const there = await client.query({
    query:
      "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View' " +
      "UNION ALL SELECT name FROM system.functions WHERE origin = 'SQLUserDefined'",
    format: "JSONEachRow",
  });
  const names = new Set((await there.json<{ name: string }>()).map(({ name }) => name));
  return statements.every((text) => names.has(/^CREATE OR REPLACE (?:VIEW|FUNCTION) (\w+)/.exec(text)?.[1] ?? ""));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
