import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { ClickHouseClient, ClickHouseSettings } from "@clickhouse/client";
import type { Static, TObject } from "typebox";
import { assert } from "./errors.ts";
import { inlineViews } from "./inline-views.ts";
import { loadSql, parameterNames, toParameters } from "./sql.ts";
import { isEmbedded } from "./store.ts";

/** What a file of rows can be: CSV as RFC 4180 has it, Parquet, or a JSON object a line. */
export type FileFormat = "csv" | "parquet" | "ndjson";

/** What the engine calls a format. */
const engineFormats: Readonly<Record<FileFormat, string>> = {
  csv: "CSVWithNames",
  parquet: "Parquet",
  ndjson: "JSONEachRow",
};

const settings = {
  // what is left of a try that was cut short is written over
  engine_file_truncate_on_insert: 1,
  format_csv_null_representation: "",
  output_format_csv_crlf_end_of_line: 1,
  date_time_output_format: "iso",
  output_format_decimal_trailing_zeros: 1,
  output_format_json_quote_decimals: 1,
  output_format_json_quote_64bit_integers: 1,
  output_format_parquet_compression_method: "zstd",
  output_format_parquet_row_group_size: "100000",
} as const;

const write = /^INSERT INTO FUNCTION file\(\{path:String\}, \{format:String\}\)\s*((?:SELECT|WITH)\b[\s\S]*)$/;

/** One column of a file: its name and how it is made from the columns of the statement. */
export interface FileColumn {
  readonly name: string;
  readonly expression: string;
}

/** Where a file goes and what of the rows goes into it. */
export interface FileTarget {
  readonly path: string;
  readonly format: FileFormat;
  readonly columns: readonly FileColumn[];
}

/** Writes a file of this machine; the rows never pass through the memory of this process as a whole. */
export type FileExport<P> = (client: ClickHouseClient, params: P, to: FileTarget) => Promise<void>;

/**
 * A command of sql/ that writes rows to a file of any format: `INSERT INTO FUNCTION file({path:String}, {format:String}) SELECT …`, of
 * whose columns the caller takes some, in an order of its own. The embedded engine writes the file; from a server, whose files are
 * elsewhere, the same rows come in that format and pass into the file as they come.
 */
export function defineFileExport<P extends TObject>(name: string, params: P): FileExport<Static<P>> {
  const sql = loadSql(name);
  const inFile = [...parameterNames(sql)].toSorted().join(", ");
  const declared = [...Object.keys(params.properties), "path", "format"].toSorted().join(", ");
  assert(inFile === declared, `sql/${name}.sql takes {${inFile}}, its caller declares {${declared}}`);
  const [, rows] = write.exec(inlineViews(sql).trim()) ?? [];
  assert(rows !== undefined, `sql/${name}.sql writes a file`);
  return async (client, values, { path, format, columns }) => {
    const wanted = columns.map((column) => `${column.expression} AS ${column.name}`).join(", ");
    const select = `SELECT ${wanted} FROM (\n${rows}\n) AS exported`;
    const clickhouse_settings: ClickHouseSettings = { ...settings, log_comment: name };
    const query_params = toParameters(values);
    if (isEmbedded(client)) {
      const query = `INSERT INTO FUNCTION file({path:String}, {format:String})\n${select}`;
      const all = { ...query_params, path, format: engineFormats[format] };
      await client.command({ query, query_params: all, clickhouse_settings });
      return;
    }
    const query = `${select}\nFORMAT ${engineFormats[format]}`;
    const { stream } = await client.exec({ query, query_params, clickhouse_settings });
    await pipeline(stream, createWriteStream(path));
  };
}

/** What the rows of a file with one value in a column come to. */
export interface FileSum {
  readonly key: string;
  readonly rows: string;
  readonly sum: string;
}

/** Adds up a column of a file by another one. `client` is an engine that sees the file; `type`: the summed column's. */
export async function sumFile(
  client: ClickHouseClient,
  { path, format, by, of, type }: { path: string; format: FileFormat; by: string; of: string; type: string },
): Promise<FileSum[]> {
  const result = await client.query({
    query: `SELECT ifNull(${by}, '') AS key, toString(count()) AS rows, toString(sum(toDecimal256(${of}, 18))) AS sum FROM file({path:String}, {format:String}, {structure:String}) GROUP BY key`,
    query_params: {
      path,
      format: engineFormats[format],
      structure: `${by} Nullable(String), ${of} ${type}`,
    },
    format: "JSONEachRow",
    clickhouse_settings: { input_format_skip_unknown_fields: 1 },
  });
  return result.json<FileSum>();
}

/** How many rows a file has, which may be none. `client` is an engine that sees it. */
export async function countFile(
  client: ClickHouseClient,
  { path, format, columns: [first] }: FileTarget,
): Promise<string> {
  const result = await client.query({
    query: "SELECT toString(count()) AS rows FROM file({path:String}, {format:String}, {structure:String})",
    query_params: { path, format: engineFormats[format], structure: `${first?.name} Nullable(String)` },
    format: "JSONEachRow",
    clickhouse_settings: { input_format_skip_unknown_fields: 1 },
  });
  return (await result.json<{ rows: string }>())[0]?.rows ?? "0";
}
