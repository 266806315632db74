import { Dec, dec, formatDecimal } from "../../core/decimal.ts";
import type { FileFormat, FileSum } from "../../core/file-export.ts";

/** A written file, and what it holds. */
export interface WrittenFile {
  readonly path: string;
  readonly format: FileFormat;
}

/** What an export comes to: rows of each file, and sums by currency. */
export interface Reconciled {
  readonly rows: readonly string[];
  readonly totals: readonly { readonly currency: string; readonly amount: string }[];
}

/** What the rows of an export are to add up to, by a key of each kind, whose it is, and how many rows there are, where that is known. */
export interface Expected {
  readonly sums: ReadonlyMap<string, Dec>;
  readonly rows?: ReadonlyMap<string, string>;
  readonly names: ReadonlyMap<string, string>;
  readonly totals: Reconciled["totals"];
}

/** Sums and rows of files by key. */
export interface Sums {
  readonly sums: Map<string, Dec>;
  readonly rows: Map<string, bigint>;
}

/** Adds those of one more file, and says how many rows it has. */
export function addSums(to: Sums, read: readonly FileSum[]): bigint {
  for (const { key, sum, rows } of read) {
    to.sums.set(key, (to.sums.get(key) ?? new Dec(0)).plus(dec(sum)));
    to.rows.set(key, (to.rows.get(key) ?? 0n) + BigInt(rows));
  }
  return read.reduce((all, { rows }) => all + BigInt(rows), 0n);
}

/** The first key by which sums differ, as decimal text; null = by none. Pure. */
export function difference(
  found: ReadonlyMap<string, Dec>,
  expected: ReadonlyMap<string, Dec>,
): { key: string; is: string; should: string; by: string } | null {
  for (const key of new Set([...found.keys(), ...expected.keys()])) {
    const [is, should] = [found.get(key) ?? new Dec(0), expected.get(key) ?? new Dec(0)];
    if (is.equals(should)) continue;
    return { key, is: formatDecimal(is), should: formatDecimal(should), by: formatDecimal(is.minus(should)) };
  }
  return null;
}
