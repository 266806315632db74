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

const ledger = `CREATE TABLE IF NOT EXISTS schema_migration (
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
  await layViews(client);
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
    query: "SELECT version, name, sha256 FROM schema_migration",
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

/** Views are code: laid anew at each start, in the order of their numbered names, so that one may stand on another. */
async function layViews(client: ClickHouseClient): Promise<void> {
  const directory = new URL("../sql/views/", import.meta.url);
  for (const file of readdirSync(directory)
    .filter((name) => name.endsWith(".sql"))
    .toSorted()) {
    for (const query of splitStatements(readFileSync(new URL(file, directory), "utf8")))
      await client.command({ query });
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
