import Type, { type Static } from "typebox";
import type { LineRow, RecordRow } from "./explain-sql.ts";

/** Where a page of a line's records ended. */
export const RecordPlace = Type.Object(
  { window_start_ms: Type.String(), usage_record_id: Type.String(), part_start_ms: Type.String() },
  { additionalProperties: false },
);
export type RecordPlace = Static<typeof RecordPlace>;

/** How much to show: billing records of the line, slices of each. */
export interface ExplainPage {
  readonly after?: RecordPlace;
  readonly records: number;
  readonly slices: number;
}

const NOWHERE: RecordPlace = { window_start_ms: "0", usage_record_id: "0", part_start_ms: "0" };
/** By what records and lines belong together. */
export function pickShared({
  payer_account_id,
  account_id,
  usage_type,
  tariff_id,
  tariff_version,
  component,
  tier,
}: RecordRow | LineRow) {
  return { payer_account_id, account_id, usage_type, tariff_id, tariff_version, component, tier };
}

/** What the records of a line have in common. */
export function sharedBy(row: LineRow) {
  const { payer_account_id: _payer, ...shared } = pickShared(row);
  return { period: row.period, run_seq: row.run_seq, ...shared };
}

/** From which record on a page of them goes. */
export function afterOf(after: RecordPlace | undefined) {
  const { window_start_ms, usage_record_id, part_start_ms } = after ?? NOWHERE;
  return {
    is_next: after === undefined ? 0 : 1,
    after_window_start_ms: window_start_ms,
    after_usage_record_id: usage_record_id,
    after_part_start_ms: part_start_ms,
  };
}

/** Where a page that ends with a record ends. */
export function placeOf({
  window_start_ms,
  usage_record_no,
  part_start_ms,
}: Pick<RecordRow, "window_start_ms" | "usage_record_no" | "part_start_ms">): RecordPlace {
  return { window_start_ms, usage_record_id: usage_record_no, part_start_ms };
}
