import { readFileSync } from "node:fs";
import { AppError } from "../../core/errors.ts";

/** A row of a file: its names and values, and the line it begins on. */
export interface Row {
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The rows of a file: a JSON array of objects (.json), a JSON object a line (.ndjson), or CSV as RFC 4180 has it, with names in the first
 * line (.csv), where an empty field says nothing. @throws AppError not-found, unreadable-body naming the line
 */
export function readRows(file: string): Row[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (cause) {
    throw new AppError("not-found", `${file} cannot be read`, { cause });
  }
  if (file.endsWith(".csv")) return readCsv(text);
  if (file.endsWith(".json")) {
    const all = parse(text, 1);
    if (!Array.isArray(all)) throw new AppError("unreadable-body", `${file} holds no array, expected one of objects`);
    return all.map((value: unknown, index) => ({ line: index + 1, values: asObject(value, index + 1) }));
  }
  return text
    .split("\n")
    .flatMap((one, index) =>
      one.trim() === "" ? [] : [{ line: index + 1, values: asObject(parse(one, index + 1), index + 1) }],
    );
}

function parse(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("unreadable-body", `line ${line} is not JSON`, { cause });
  }
}

function asObject(value: unknown, line: number): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new AppError("unreadable-body", `row ${line} is no object`);
}

function readCsv(text: string): Row[] {
  const rows: { line: number; fields: string[] }[] = [];
  let [line, place] = [1, 0];
  while (place < text.length) {
    const row = { line, fields: [] as string[] };
    for (let ended = false; !ended;) {
      // A field in quotes, where a quote is written twice, or one that holds neither quote, comma nor line end.
      const [all = "", inQuotes, bare = "", end = ""] =
        /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/.exec(text.slice(place)) ?? [];
      if (all === "" && place < text.length) throw new AppError("unreadable-body", `line ${line} is no CSV`);
      row.fields.push(inQuotes === undefined ? bare : inQuotes.replaceAll('""', '"'));
      line += all.split("\n").length - 1;
      place += all.length;
      ended = end !== ",";
    }
    if (row.fields.some((field) => field !== "")) rows.push(row);
  }
  const [head, ...others] = rows;
  return others.map(({ line, fields }) => {
    if (fields.length !== head?.fields.length)
      throw new AppError(
        "unreadable-body",
        `line ${line} has ${fields.length} fields, the first ${head?.fields.length}`,
      );
    const told = head.fields.map((name, index): [string, string] => [name, fields[index] ?? ""]);
    return { line, values: Object.fromEntries(told.filter(([, value]) => value !== "")) };
  });
}
