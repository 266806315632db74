/** Rows as CSV (RFC 4180, lines end in CRLF), the heading first; what a spreadsheet would take for a formula gets an apostrophe, figures alone not. */
export function toCsv(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heading, ...rows].map((row) => `${row.map(toField).join(",")}\r\n`).join("");
}

function toField(text: string): string {
  const isNumber = /^[+-]?\d+(\.\d+)?$/.test(text);
  const safe =
    !isNumber && /^[=+\-@\t\r\n]/.test(text.trimStart() === "" ? text : text.replace(/^ +/, "")) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
