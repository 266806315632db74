import Type, { type Static } from "typebox";
import { Dec, dec } from "../../core/decimal.ts";
import { AppError, assert } from "../../core/errors.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { LineRow } from "./explain-sql.ts";

const Text = Type.String();
const Amounts = {
  base_quantity: Text,
  exact_amount: Text,
  amount: Text,
  rounding: Text,
  base_amount: Text,
  adjusts_statement: Text,
};
const IssuedRow = Type.Object({ source_id: Text, line: Type.Integer(), ...Amounts });
const selectIssuedLine = defineQuery(
  "rating/explain/issued_line",
  Type.Object({ period: Text, id: Text, line: Type.Integer() }),
  IssuedRow,
);

/** A line of a document, and the draft it comes from in the end. */
export interface IssuedLine {
  readonly statement_id: string;
  /** Credit notes and reissued statements have the lines of the document they are of, and that of the draft with its id. */
  readonly origin: string;
  /** null = it is a draft still. */
  readonly row: Static<typeof IssuedRow> | null;
}

/** How many documents may follow one upon the other: each is a void one that was issued again. */
const CHAIN_MAX = 1000;

/** A line by what was issued, null = the document has no such line. */
export async function findIssuedLine(
  store: Store,
  { period, statement_id, line }: { period: string; statement_id: string; line: number },
): Promise<IssuedLine | null> {
  const [row] = await selectIssuedLine(store.read, { period, id: statement_id, line });
  if (row === undefined) return { statement_id, origin: statement_id, row: null };
  if (row.line === 0) return null;
  let origin = statement_id;
  let source = row.source_id;
  for (let steps = 0; source !== ""; steps += 1) {
    assert(steps < CHAIN_MAX, `the documents behind ${statement_id} come to an end`);
    origin = source;
    const [former] = await selectIssuedLine(store.read, { period, id: origin, line });
    source = former?.source_id ?? "";
  }
  return { statement_id, origin, row };
}

/**
 * The line as its document has it, with all else that the rating says of it. @throws AppError conflict where the rating that counts says
 * otherwise by now: then nothing would explain what was issued
 */
export function asIssued(rated: LineRow, { statement_id, row }: IssuedLine): LineRow {
  if (row === null) return rated;
  const isSame = new Dec(dec(row.exact_amount).abs()).equals(dec(rated.exact_amount).abs());
  if (!isSame)
    throw new AppError("conflict", `${rated.period} is rated otherwise than ${statement_id} was issued; rate it again`);
  const { source_id: _source, ...issued } = row;
  return { ...rated, ...issued, id: statement_id };
}
