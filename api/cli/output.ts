import Table from "cli-table3";
import { AppError, problems } from "../../core/errors.ts";

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  /** Whether a person watches `err`: only then it may be overwritten. */
  readonly is_live: boolean;
}

/** The standard streams of this process. */
export const standardOutput: Output = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  is_live: process.stderr.isTTY,
};

/** No lines between rows: a statement fits the screen. */
const chars = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };

/** Rows under their headings; columns named in `right` hold figures. Without colours, so that it can be piped. */
export function renderTable(
  rows: readonly (readonly string[])[],
  columns: { head: readonly string[]; right?: readonly string[] },
): string {
  const colAligns = columns.head.map((name) =>
    columns.right?.includes(name) === true ? ("right" as const) : ("left" as const),
  );
  const table = new Table({ head: [...columns.head], colAligns, chars, style: { head: [], border: [] } });
  table.push(...rows.map((row) => row.map(oneLine)));
  return `${table.toString()}\n`;
}

/** JSON for machines, the only thing on standard output where --json is given. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What went wrong and what to do about it, on one line. */
export function renderError(error: unknown): string {
  if (!(error instanceof AppError))
    return `tally: ${oneLine(error instanceof Error ? error.message : String(error))}\n`;
  const { title, remedy } = problems[error.key];
  return `tally: ${title}: ${oneLine(error.message)}. ${remedy}\n`;
}

/** Names come from events: what a terminal would obey (colours, cursor, line ends) is shown as a blank. */
export function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}
