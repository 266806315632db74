import Type, { type Static } from "typebox";
import { dec, formatFixed, RATING_SCALE } from "../../core/decimal.ts";
import { BillingRow } from "../billing-records.ts";

/** A row that a run kept of a billing record: the reversal of a former one, its quantity and amount negative, or a new one. */
export const EntryRow = Type.Object({
  entry: Type.Union([Type.Literal("reversal"), Type.Literal("new")]),
  reversal_id: Type.String(),
  ...BillingRow.properties,
});
export type EntryRow = Static<typeof EntryRow>;

/** The row as a billing record has it, signed as it is kept. */
export function rowOf({ entry: _entry, reversal_id: _id, ...row }: EntryRow): BillingRow {
  return row;
}

/** The record that a reversal takes back, as it was. */
export function reversedRow(row: EntryRow): BillingRow {
  return {
    ...rowOf(row),
    quantity: (-BigInt(row.quantity)).toString(),
    amount: formatFixed(dec(row.amount).negated(), RATING_SCALE),
  };
}
