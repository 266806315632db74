import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { ClickHouseClient, ClickHouseSettings } from "@clickhouse/client";
import Type, { type Static, type TObject } from "typebox";
import { assert } from "./errors.ts";
import { inlineViews } from "./inline-views.ts";
import { defineQuery, loadSql, parameterNames, toParameters } from "./sql.ts";
import { isEmbedded } from "./store.ts";

/** What a file of rows can be: CSV as RFC 4180 has it, Parquet, or a JSON object a line. */
export type FileFormat = "csv" | "parquet" | "ndjson";

/** What the engine calls a format. */
const engineFormats: Readonly<Record<FileFormat, string>> = {
  csv: "CSVWithNames",
  parquet: "Parquet",
  ndjson: "JSONEachRow",
};

/** Above it a grouping or a sorting of an export spills. */
const SPILL_BYTES = "134217728";

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
  // what lies in the order it is grouped by is summed as it is read; what else is grouped and sorted goes to the disk above that
  optimize_aggregation_in_order: 1,
  max_bytes_before_external_group_by: SPILL_BYTES,
  max_bytes_before_external_sort: SPILL_BYTES,
  // few rows are on the way, on however many cores (they pass whole through every join, and an insert would gather 256 MiB of them)
  max_threads: 2,
  max_block_size: "8192",
  max_joined_block_size_rows: "8192",
  min_insert_block_size_rows: "8192",
  min_insert_block_size_bytes: "4194304",
  aggregation_in_order_max_block_bytes: "4194304",
  output_format_parallel_formatting: 0,
  join_algorithm: "hash",
} as const;

const selectSoFar = defineQuery(
  "core/read_so_far",
  Type.Object({ path: Type.String() }),
  Type.Object({ done: Type.String(), total: Type.String() }),
);

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
    const { stream } = await client.exec({ query, query_params, clickhouse_settings, query_id: path });
    await pipeline(stream, createWriteStream(path));
  };
}

/** How many rows the engine has read for a file that it writes, of how many; null where it does not say. Asked on another lane than it writes. */
export async function readSoFar(
  client: ClickHouseClient,
  { path }: Pick<FileTarget, "path">,
): Promise<{ done: number; total: number } | null> {
  const [found] = await selectSoFar(client, { path });
  return found === undefined ? null : { done: Number(found.done), total: Number(found.total) };
}

/** What the rows of a file come to that have the same values in some columns; `key`: those values, with blanks between. */
export interface FileSum {
  readonly key: string;
  readonly rows: string;
  readonly sum: string;
}

/** Which sum of a file: a column `of` its `type`, by other columns; `only`: rows with one of some values in a column. */
export interface FileSumAsked {
  readonly path: string;
  readonly format: FileFormat;
  readonly by: readonly string[];
  readonly of: string;
  readonly type: string;
  readonly only?: { readonly column: string; readonly among: readonly string[] };
}

/** Adds up a column of a file by others. `client` is an engine that sees the file. */
export async function sumFile(client: ClickHouseClient, asked: FileSumAsked): Promise<FileSum[]> {
  const { path, format, by, of, type, only } = asked;
  const columns = [...new Set([...by, ...(only === undefined ? [] : [only.column])])];
  const key = `concatWithSeparator(' ', ${by.map((column) => `ifNull(${column}, '')`).join(", ")})`;
  const where = only === undefined ? "" : `WHERE ${only.column} IN {among:Array(String)}`;
  const result = await client.query({
    query: `SELECT ${key} AS key, toString(count()) AS rows, toString(sum(toDecimal256(${of}, 18))) AS sum FROM file({path:String}, {format:String}, {structure:String}) ${where} GROUP BY key`,
    query_params: {
      path,
      format: engineFormats[format],
      structure: [...columns.map((column) => `${column} Nullable(String)`), `${of} ${type}`].join(", "),
      ...(only === undefined ? {} : { among: only.among }),
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

/** Writes lines of JSON anew in another format. `client` is an engine that sees files of this machine. */
export async function convertFile(
  client: ClickHouseClient,
  {
    from,
    to,
    format,
    columns,
  }: {
    from: string;
    to: string;
    format: FileFormat;
    columns: readonly { readonly name: string; readonly type: string }[];
  },
): Promise<void> {
  const quoted = (name: string): string => `\`${name.replaceAll(/[`\\]/g, "")}\``;
  const wanted = columns.map(({ name }) => quoted(name));
  await client.command({
    query: `INSERT INTO FUNCTION file({to:String}, {format:String}) SELECT ${wanted.join(", ")} FROM file({from:String}, 'JSONEachRow', {structure:String})`,
    query_params: {
      to,
      from,
      format: engineFormats[format],
      structure: columns.map(({ name, type }) => `${quoted(name)} Nullable(${type})`).join(", "),
    },
    // Rows stay in their order, and an empty file has its heading.
    clickhouse_settings: { ...settings, max_threads: 1, date_time_input_format: "best_effort" },
  });
}
