import { readFileSync } from "node:fs";
import type { ClickHouseClient, ClickHouseSettings } from "@clickhouse/client";
import type { Static, TObject } from "typebox";
import { Compile } from "typebox/compile";
import type { Attributes } from "@opentelemetry/api";
import { inlineViews } from "./inline-views.ts";
import { traced } from "./trace.ts";

const root = new URL("../sql/", import.meta.url);

/** Settings of one statement, on top of the store's. */
export type StatementSettings = Readonly<Record<string, string | number>>;

/** Runs a statement of sql/ and gives its rows, each checked against its schema. */
export type Query<P, R> = (client: ClickHouseClient, params: P) => Promise<R[]>;
/** Runs a statement of sql/ that returns nothing. */
export type Command<P> = (client: ClickHouseClient, params: P) => Promise<void>;

/** Every query defined in this process, so that a test can hold its row schema to what the engine says of it. */
export const definedQueries: { readonly name: string; readonly sql: string; readonly row: TObject }[] = [];

/** The text of `sql/<name>.sql`. */
export function loadSql(name: string): string {
  return readFileSync(new URL(`${name}.sql`, root), "utf8");
}

/** The names of all `{name:Type}` in a statement. */
export function parameterNames(sql: string): Set<string> {
  const bare = sql.replace(/^\s*--.*$/gm, "");
  return new Set([...bare.matchAll(/\{(\w+)\s*:\s*\w[^}]*\}/g)].map((match) => match[1] as string));
}

/**
 * A query in `sql/<name>.sql` as a typed function.
 * @throws at load when the names in the file and in `params` differ; at run when a row is not what `row` says.
 */
export function defineQuery<P extends TObject, R extends TObject>(
  name: string,
  params: P,
  row: R,
  settings: StatementSettings = {},
): Query<Static<P>, Static<R>> {
  const sql = loadChecked(name, params);
  // Most processes ask few of the statements they know, and a schema takes half a millisecond to compile.
  let check: ReturnType<typeof Compile<R>> | null = null;
  definedQueries.push({ name, sql, row });
  return async (client, values) => {
    const rows = await traced(`sql ${name}`, attributesOf(name), async () => {
      const result = await client.query({
        query: sql,
        format: "JSONEachRow",
        query_params: toParameters(values),
        clickhouse_settings: tagged(name, settings),
      });
      return result.json<Static<R>>();
    });
    check ??= Compile(row);
    for (const found of rows) {
      if (!check.Check(found))
        throw new Error(`sql/${name}.sql gave ${JSON.stringify(found)}: ${JSON.stringify(check.Errors(found)[0])}`);
    }
    return rows;
  };
}

/** A statement in `sql/<name>.sql` that returns nothing (INSERT … SELECT and the like) as a typed function. */
export function defineCommand<P extends TObject>(
  name: string,
  params: P,
  settings: StatementSettings = {},
): Command<Static<P>> {
  const sql = loadChecked(name, params);
  return async (client, values) => {
    await traced(`sql ${name}`, attributesOf(name), () =>
      client.command({
        query: sql,
        query_params: toParameters(values),
        clickhouse_settings: tagged(name, settings),
      }),
    );
  };
}

/** Of a statement its name alone: the text is in sql/, and the values are nobody else's. */
function attributesOf(name: string): Attributes {
  return { "db.system.name": "clickhouse", "db.query.summary": name };
}

function loadChecked(statement: string, params: TObject): string {
  const sql = loadSql(statement);
  const inFile = [...parameterNames(sql)].toSorted().join(", ");
  const declared = Object.keys(params.properties).toSorted().join(", ");
  if (inFile !== declared) throw new Error(`sql/${statement}.sql takes {${inFile}}, its caller declares {${declared}}`);
  for (const [, name = ""] of sql.matchAll(/\{(\w+):Array\(U?Int\d+\)\}/g)) {
    const { items } = params.properties[name] as { items?: { type?: string } };
    // The engine in the process would take them, a server does not.
    if (items?.type === "string")
      throw new Error(`sql/${statement}.sql takes numbers in ${name}, its caller declares texts`);
  }
  return inlineViews(sql);
}

function tagged(name: string, settings: StatementSettings): ClickHouseSettings {
  return { ...settings, log_comment: name };
}

/** Numbers wider than 53 bits go as text; the engine reads them by the type the statement states. */
export function toParameters(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "bigint" ? value.toString() : value]),
  );
}
