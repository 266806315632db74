import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Static, TObject } from "typebox";
import { assert } from "./errors.ts";
import { inlineViews } from "./inline-views.ts";
import { type Command, defineCommand, loadSql, type StatementSettings, toParameters } from "./sql.ts";
import { isEmbedded } from "./store.ts";

const write = /^INSERT INTO FUNCTION file\(\{path:String\}, 'Parquet', \{structure:String\}\)\s*(SELECT\b[\s\S]*)$/;
const read =
  /^(INSERT INTO \w+ \(([\w,\s]+)\))\s*SELECT ([\w,\s]+)\s*FROM file\(\{path:String\}, 'Parquet', \{structure:String\}\)\s*$/;

/**
 * A command of sql/ that writes rows of the store to a Parquet file of this machine: `INSERT INTO FUNCTION file({path:String}, 'Parquet',
 * {structure:String}) SELECT …`. The embedded engine writes it; from a server, whose files are elsewhere, the rows of the same SELECT
 * come as Parquet and pass into the file as they come, so that memory does not grow with them.
 */
export function defineFileWrite<P extends TObject>(
  name: string,
  params: P,
  settings: StatementSettings,
): Command<Static<P>> {
  const byEngine = defineCommand(name, params, settings);
  const [, rows] = write.exec(inlineViews(loadSql(name)).trim()) ?? [];
  assert(rows !== undefined, `sql/${name}.sql writes a file`);
  return async (client, values) => {
    if (isEmbedded(client)) return byEngine(client, values);
    const { path, structure: _structure, ...others } = values as Static<P> & FileParams;
    const { stream } = await client.exec({
      query: `${rows}\nFORMAT Parquet`,
      query_params: toParameters(others),
      clickhouse_settings: { log_comment: name },
    });
    await pipeline(stream, createWriteStream(path));
  };
}

/**
 * A command of sql/ that puts a Parquet file of this machine into a table: `INSERT INTO t (…) SELECT … FROM file({path:String}, 'Parquet',
 * {structure:String})`, the same columns on both sides. To a server the file itself is sent.
 */
export function defineFileRead<P extends TObject>(name: string, params: P): Command<Static<P>> {
  const byEngine = defineCommand(name, params);
  const [, insert, into, from] = read.exec(inlineViews(loadSql(name)).trim()) ?? [];
  const bare = (columns: string): string => columns.replaceAll(/\s/g, "");
  assert(into !== undefined && from !== undefined && bare(into) === bare(from), `sql/${name}.sql reads a file`);
  return async (client, values) => {
    if (isEmbedded(client)) return byEngine(client, values);
    const { path } = values as Static<P> & FileParams;
    const { stream } = await client.exec({
      query: `${insert} FORMAT Parquet`,
      values: createReadStream(path),
      clickhouse_settings: { log_comment: name },
    });
    // Nothing comes back; its end is the end of the insert.
    await stream.resume().toArray();
  };
}

interface FileParams {
  readonly path: string;
  readonly structure: string;
}
