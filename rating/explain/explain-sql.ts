import Type, { type Static } from "typebox";
import { shapeColumns } from "../../core/shape-columns.ts";
import { defineQuery } from "../../core/sql.ts";
import { BillingRow } from "../billing-records.ts";
import { AdjustmentColumns, ChargeColumns, PricedLine } from "../statement-line.ts";

const Text = Type.String();
const Whole = Type.Integer();
const Texts = Type.Array(Text);
/** Wider than a number holds; in a list they go as numbers. */
const Wides = Type.Array(Type.BigInt());
const RunScope = { run_seq: Text, period: Text };

/** A statement line with the run that wrote it. */
export const LineRow = Type.Object({
  run_seq: Text,
  id: Text,
  payer_account_id: Text,
  period: Text,
  currency: Text,
  line: Whole,
  kind: PricedLine.properties.kind,
  account_id: Text,
  usage_type: Whole,
  tariff_id: Text,
  tariff_version: Text,
  component: Text,
  tier: Whole,
  description: Text,
  base_quantity: Text,
  unit: Text,
  unit_base: Text,
  unit_price: Text,
  exact_amount: Text,
  amount: Text,
  rounding: Text,
  records: Text,
  ...ChargeColumns,
  ...AdjustmentColumns,
  former_line: Whole,
  restated_line: Whole,
});
export type LineRow = Static<typeof LineRow>;
export const selectLine = defineQuery(
  "rating/explain/line",
  Type.Object({
    period: Text,
    id: Text,
    line: Whole,
    payer_account_id: Text,
    account_id: Text,
    usage_type: Whole,
    tariff_id: Text,
    tariff_version: Text,
    component: Text,
    tier: Whole,
  }),
  LineRow,
);

const RecordRow = Type.Object({ ...BillingRow.properties, price_no: Whole, shape: Text });
/** A billing record, the price it is by and the shape it was used in. */
export type RecordRow = Static<typeof RecordRow>;
export const selectRecords = defineQuery(
  "rating/explain/records_of_line",
  Type.Object({
    ...RunScope,
    account_id: Text,
    usage_type: Whole,
    tariff_id: Text,
    tariff_version: Text,
    component: Text,
    tier: Whole,
    is_next: Whole,
    after_window_start_ms: Text,
    after_usage_record_id: Text,
    after_part_start_ms: Text,
    only: Wides,
    limit: Whole,
  }),
  RecordRow,
);
export const selectRecord = defineQuery(
  "rating/explain/record",
  Type.Object({ period: Text, usage_record_id: Text, part_start_ms: Text, tier: Whole, component: Text }),
  RecordRow,
);

const PartRow = Type.Object({
  usage_record_no: Text,
  part_start_ms: Text,
  quantity: Text,
  from_quantity: Text,
  to_quantity: Text,
  amount: Text,
  tiers: Text,
});
export type PartRow = Static<typeof PartRow>;
export const selectParts = defineQuery(
  "rating/explain/parts",
  Type.Object({
    ...RunScope,
    account_id: Text,
    usage_type: Whole,
    tariff_id: Text,
    component: Text,
    window_starts: Wides,
    usage_record_ids: Wides,
    part_starts: Wides,
  }),
  PartRow,
);

export const selectAccount = defineQuery(
  "rating/explain/account",
  Type.Object({ ...RunScope, account_id: Text }),
  Type.Object({ plan: Whole, rate_card_id: Text, timeline: Text, start_ms: Text, end_ms: Text, cut_seq: Text }),
);

const PriceRow = Type.Object({
  price_no: Whole,
  tariff: Text,
  unit_base: Text,
  pooled: Whole,
  tiers: Type.Array(Whole),
  labels: Texts,
  cuts: Texts,
  curve_tiers: Type.Array(Whole),
  lows: Texts,
  highs: Texts,
  rates: Texts,
  step_base: Text,
  denominator: Text,
});
/** A price that a run kept, with the curve that counts for an account. */
export type PriceRow = Static<typeof PriceRow>;
export const selectPrices = defineQuery(
  "rating/explain/prices",
  Type.Object({
    ...RunScope,
    plan: Whole,
    usage_type: Whole,
    account_id: Text,
    price_nos: Type.Array(Whole),
    limit: Whole,
  }),
  PriceRow,
);

/** Which usage: records of one account and usage type by their keys, one of each array a record. */
const UsageKeys = {
  as_of: Text,
  account_id: Text,
  usage_type: Whole,
  window_starts: Wides,
  resources: Texts,
  parts: Texts,
  shapes: Wides,
};
const UsageRow = Type.Object({
  usage_record_no: Text,
  run_seq: Text,
  sign: Whole,
  quantity: Text,
  slices: Whole,
  name: Text,
  ...shapeColumns,
});
export type UsageRow = Static<typeof UsageRow>;
export const selectUsage = defineQuery("rating/explain/usage", Type.Object(UsageKeys), UsageRow);

const SliceRow = Type.Object({
  no: Whole,
  slices: Text,
  used: Text,
  from_ms: Text,
  to_ms: Text,
  quantity: Text,
  opened_ms: Text,
  opened_by: Text,
  closed_by: Text,
});
export type SliceRow = Static<typeof SliceRow>;
export const selectSlices = defineQuery(
  "rating/explain/slices",
  Type.Object({ ...UsageKeys, part_starts: Wides, part_ends: Wides, limit: Whole }),
  SliceRow,
);

const EventRow = Type.Object({
  ref: Text,
  source: Text,
  id: Text,
  type: Text,
  at_ms: Text,
  position: Text,
  original_source: Text,
  original_id: Text,
});
export type EventRow = Static<typeof EventRow>;
export const selectEvents = defineQuery(
  "rating/explain/events",
  Type.Object({ account_id: Text, refs: Wides, at_ms: Wides, resources: Texts }),
  EventRow,
);

export const selectRuns = defineQuery(
  "rating/explain/runs",
  Type.Object({ seqs: Wides }),
  Type.Object({
    seq: Text,
    run_id: Text,
    kind: Text,
    state: Text,
    to_ms: Text,
    bound: Text,
    versions: Text,
    changed_ms: Text,
  }),
);
