/** The order of a table as its address says it: the place of a column, `-` before it where the greatest stands first. */
export interface Order {
  readonly column: number;
  readonly is_falling: boolean;
}

/** `2` → the third column, rising; `-2` → falling; null = as the rows came. */
export function readOrder(text: string): Order | null {
  const [whole, sign = "", column = ""] = /^(-?)(\d{1,2})$/.exec(text) ?? [];
  return whole === undefined ? null : { column: Number(column), is_falling: sign === "-" };
}

/** What the next press on a column's title asks for: figures begin with the greatest, words with the first; the third press takes it back. */
export function nextOrder(now: Order | null, column: number, { text }: { readonly text: boolean }): string {
  if (now?.column !== column) return text ? `${column}` : `-${column}`;
  if (now.is_falling === text) return "";
  return text ? `-${column}` : `${column}`;
}

/** Rows in the order of a value of theirs, figures as figures and words as words; what is alike keeps its place. */
export function sortRows<Row>(rows: readonly Row[], valueOf: (row: Row) => string, is_falling: boolean): Row[] {
  const values = new Map(rows.map((row) => [row, valueOf(row)]));
  const sign = is_falling ? -1 : 1;
  return rows.toSorted((a, b) => sign * compare(values.get(a) ?? "", values.get(b) ?? ""));
}

const figure = /^[+-]?\d+(\.\d+)?$/;
const words = new Intl.Collator("en", { numeric: true });

/** A float tells which of two figures is greater, and is shown nowhere. */
function compare(a: string, b: string): number {
  return figure.test(a) && figure.test(b) ? Number(a) - Number(b) : words.compare(a, b);
}
