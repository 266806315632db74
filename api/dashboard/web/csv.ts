import { csvText } from "../../../core/csv-text.ts";

/** Rows as CSV (RFC 4180, lines end in CRLF), the heading first; what a spreadsheet would take for a formula gets an apostrophe, figures alone not. */
export function toCsv(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heading, ...rows].map((row) => `${row.map(toField).join(",")}\r\n`).join("");
}

function toField(text: string): string {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? text : csvText(text);
}
