import type { Store } from "../../core/store.ts";

/**
 * The schema of a migrated store as text: tables, then views, by name, as the engine itself writes them, without the name
 * of the database. It is what all migrations and views come to, so that a review sees the end state change.
 */
export async function readSchema(client: Store["read"]): Promise<string> {
  const query = `SELECT engine LIKE '%View' AS is_view, database, name FROM system.tables
    WHERE database = currentDatabase() ORDER BY is_view, name`;
  const found = await client.query({ query, format: "JSONEachRow" });
  const parts: string[] = [];
  for (const { database, name } of await found.json<{ database: string; name: string }>()) {
    const shown = await client.query({ query: `SHOW CREATE TABLE ${name}`, format: "JSONEachRow" });
    const [row] = await shown.json<{ statement: string }>();
    parts.push((row?.statement ?? "").replaceAll(`${database}.`, "").trimEnd());
  }
  return `${parts.join(";\n\n")};\n`;
}

/** What sql/schema.sql holds: the schema under a line that says where it comes from. */
export async function writtenSchema(client: Store["read"]): Promise<string> {
  return `-- The schema after all migrations and views, written by \`npm run schema\`; a test holds it to them. Not to be edited.\n\n${await readSchema(client)}`;
}
