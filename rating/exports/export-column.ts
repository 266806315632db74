import type { FileColumn, FileFormat } from "../../core/file-export.ts";

/** What a column of an export holds: text as people gave it, a code of ours, JSON, a decimal of so many digits behind the point, an instant. */
export type ColumnType =
  | "text"
  | "code"
  | "json"
  | "integer"
  | "whole"
  | "decimal9"
  | "decimal12"
  | "decimal18"
  | "time";

/** A column of an export, as its README describes it. */
export interface ExportColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** Digits behind the point of decimals; those before it fill up to 38. */
export const decimalScales: Partial<Record<ColumnType, number>> = {
  whole: 0,
  decimal9: 9,
  decimal12: 12,
  decimal18: 18,
};

/**
 * How the file has a column. In CSV text that a spreadsheet would take for a formula gets an apostrophe (numbers stay numbers). `seconds`:
 * instants as text go without milliseconds, as FOCUS asks.
 */
export function fileColumn(
  { name, type }: ExportColumn,
  { format, seconds = false }: { format: FileFormat; seconds?: boolean },
): FileColumn {
  const of = `exported.${name}`;
  if (type === "text" && format === "csv") return { name, expression: `formula_safe(${of})` };
  if (type === "time" && seconds && format !== "parquet") return { name, expression: `toDateTime(${of}, 'UTC')` };
  return { name, expression: of };
}

/** Columns by their types: `text` = blank-parted names, and so on. */
export function columnsOf(text: string): readonly ExportColumn[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => {
      const [name = "", type = "text"] = word.split(":");
      return { name, type: type as ColumnType };
    });
}
