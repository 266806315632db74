import type { TObject, TSchema } from "typebox";
import { formulaSafe } from "../../core/csv-text.ts";

/** What a column of a report holds, as the engine has it; null is nothing. */
type ColumnType =
  | "String"
  | "Int64"
  | "Bool"
  | "Decimal(38, 0)"
  | "Decimal(38, 9)"
  | "Decimal(38, 12)"
  | "DateTime64(3, 'UTC')";

/** One column: where its value is in a row of the JSON answer, and what it holds. */
export interface ReportColumn {
  readonly name: string;
  readonly path: readonly string[];
  readonly type: ColumnType;
}

/** Texts that are numbers or instants, by the column's name. */
export type Typed = Readonly<Record<string, "whole" | "decimal" | "rate" | "time">>;

const engineTypes = {
  whole: "Decimal(38, 0)",
  decimal: "Decimal(38, 9)",
  rate: "Decimal(38, 12)",
  time: "DateTime64(3, 'UTC')",
} as const;

/** The columns of rows of a schema, in its order: what lies in an object is a column of its own (window.start is window_start), lists and maps are JSON. */
export function columnsOf(schema: TObject, typed: Typed, within: readonly string[] = []): ReportColumn[] {
  return Object.entries(schema.properties).flatMap(([key, of]: [string, TSchema]): ReportColumn[] => {
    const path = [...within, key];
    const name = path.join("_");
    const { type, properties } = of as { type?: string; properties?: object };
    if (type === "object" && properties !== undefined) return columnsOf(of as TObject, typed, path);
    const special = typed[name];
    if (special !== undefined) return [{ name, path, type: engineTypes[special] }];
    const kinds = [type, ...((of as { anyOf?: { type?: string }[] }).anyOf ?? []).map((one) => one.type)];
    return [{ name, path, type: kinds.includes("integer") ? "Int64" : kinds.includes("boolean") ? "Bool" : "String" }];
  });
}

/** A row of the JSON answer as one line of these columns. `spreadsheet`: texts are none that it would take for a formula. */
export function toLine(
  row: object,
  columns: readonly ReportColumn[],
  { spreadsheet }: { spreadsheet: boolean },
): string {
  const into = (value: unknown, key: string): unknown =>
    typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : null;
  const values = columns.map(({ name, path, type }) => {
    const value = flat(path.reduce(into, row as unknown));
    return [name, spreadsheet && type === "String" && typeof value === "string" ? formulaSafe(value) : value];
  });
  return `${JSON.stringify(Object.fromEntries(values))}\n`;
}

function flat(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : (value ?? null);
}
