/** More rows are not read at once, but of a key that has more. */
const ROWS_MAX = 20_000;

/** A statement that reads so many rows in the order of their table and sums them by key; `read`: how many rows there were. */
interface Reading<Row> {
  /** `after` null = from where the list begins. */
  readonly read: (rows: number, after: Row | null) => Promise<Row[]>;
  /** Whether anything is left of a key; else all of it was taken back. */
  readonly counts: (row: Row) => boolean;
  /** The rows without those of the last key. */
  readonly beforeLast: (rows: readonly Row[]) => readonly Row[];
}

/**
 * So many keys that count, of hardly more rows than they need, and whether there are no more: where rows that take back others leave too few,
 * reading goes on behind them. Rows of a key lie together, so that all are whole but those of the last one.
 */
export async function readInOrder<Row extends { readonly read: string }>(
  { want, rows: first }: { want: number; rows: number },
  { read, counts, beforeLast }: Reading<Row>,
): Promise<{ found: Row[]; last: boolean }> {
  const found: Row[] = [];
  let after: Row | null = null;
  for (let rows = first; ;) {
    const here = await read(rows, after);
    const last = Number(here[0]?.read ?? 0) < rows;
    const whole = last ? here : beforeLast(here);
    found.push(...whole.filter(counts));
    if (last || found.length >= want) return { found: found.slice(0, want), last: last && found.length <= want };
    rows = whole.length === 0 ? rows * 4 : Math.min(rows * 4, ROWS_MAX);
    after = whole.at(-1) ?? after;
  }
}
