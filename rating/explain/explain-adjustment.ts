import Type, { type Static } from "typebox";
import { prevMonth } from "../../core/calendar.ts";
import { minorUnit } from "../../core/currencies.ts";
import { assert } from "../../core/errors.ts";
import { formatMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { stateName } from "../closed/restate.ts";
import { type PricedLine, toLine } from "../statement-line.ts";
import { LineRow, type RecordRow, selectRecords, selectRuns } from "./explain-sql.ts";
import type { ExplainedAdjustment } from "./explanation.ts";
import { afterOf, type ExplainPage, placeOf, type RecordPlace, sharedBy } from "./record-page.ts";

const Text = Type.String();
const Whole = Type.Integer();
const selectStates = defineQuery(
  "rating/explain/lines_of_states",
  Type.Object({
    run_seq: Text,
    payer_account_id: Text,
    states: Type.Array(Text),
    lines: Type.Array(Whole),
  }),
  LineRow,
);
const ChangedRow = Type.Object({
  usage_record_no: Text,
  usage_record_id: Text,
  resource: Text,
  part: Text,
  window_start_ms: Text,
  window_end_ms: Text,
  part_start_ms: Text,
  was_billed: Whole,
  is_billed: Whole,
  former_quantity: Text,
  restated_quantity: Text,
  former_amount: Text,
  restated_amount: Text,
  left: Text,
});
type ChangedRow = Static<typeof ChangedRow>;
const selectChanged = defineQuery(
  "rating/explain/changed_records",
  Type.Object({
    run_seq: Text,
    former: Text,
    restated: Text,
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
    limit: Whole,
  }),
  ChangedRow,
);
const LateRow = Type.Object({
  account_id: Text,
  usage_type: Whole,
  resource: Text,
  part: Text,
  window_start_ms: Text,
  window_end_ms: Text,
  usage_record_id: Text,
  quantity: Text,
  runs: Type.Array(Text),
  adjustment_ids: Type.Array(Text),
  facts: Text,
});
const selectLate = defineQuery(
  "rating/explain/late_usage",
  Type.Object({
    run_seq: Text,
    as_of: Text,
    payer_account_id: Text,
    account_id: Text,
    usage_type: Whole,
    state: Text,
    billed: Text,
    restated: Text,
    limit: Whole,
  }),
  LateRow,
);
/** Late facts shown of a line. */
const LATE_MAX = 20;

/** An adjustment taken apart: `side` is the line of the closed month whose records are shown, as it is or, where it is gone, as it was billed. */
export interface ReadAdjustment {
  readonly adjustment: ExplainedAdjustment;
  readonly side: LineRow;
  readonly records: readonly RecordRow[];
  readonly last: RecordPlace | null;
  readonly more_records: string;
}

/** Reads what an adjustment is the difference of, from what its run kept of the closed month. `as_of`: the last run of usage it knew. */
export async function readAdjustment(
  store: Store,
  { row, page, as_of }: { row: LineRow; page: ExplainPage; as_of: string },
): Promise<ReadAdjustment> {
  const { run_seq, payer_account_id, currency, period: state, adjusts_period: period } = row;
  const billed_up_to = prevMonth(state);
  const names = [period, billed_up_to, state].map((month) => stateName(period, month));
  const [original = "", billed = "", restated = ""] = names;
  const lines = [row.adjusts_line, row.former_line, row.restated_line];
  const found = await selectStates(store.read, { run_seq, payer_account_id, states: names, lines });
  const rowOf = (name: string): LineRow | undefined => found.find((one) => one.period === name);
  const side = rowOf(restated) ?? rowOf(billed);
  assert(side !== undefined, "an adjustment is the difference of lines that its run kept");
  const shown = (name: string): PricedLine | null => {
    const line = rowOf(name);
    return line === undefined ? null : toLine(line, minorUnit(currency));
  };
  const isUse = row.charge_id === "";
  const changed = isUse
    ? await selectChanged(store.read, {
        ...sharedBy(side),
        former: billed,
        restated,
        ...afterOf(page.after),
        limit: page.records + 1,
      })
    : [];
  const onPage = changed.slice(0, page.records);
  const records = await recordsOf(store, side, onPage);
  const last = onPage.at(-1);
  const late = await selectLate(store.read, {
    run_seq,
    as_of,
    payer_account_id,
    state,
    billed,
    restated,
    limit: LATE_MAX,
    account_id: row.scope === "account" ? row.account_id : "",
    usage_type: isUse ? row.usage_type : 0,
  });
  const late_usage = await toLateUsage(store, late);
  return {
    adjustment: {
      period,
      billed_up_to,
      original: shown(original),
      billed: shown(billed),
      restated: shown(restated),
      records: onPage.map(toChanged),
      late_usage,
      more_late_usage: (BigInt(late[0]?.facts ?? "0") - BigInt(late.length)).toString(),
    },
    side,
    records,
    last: changed.length > onPage.length && last !== undefined ? placeOf(last) : null,
    more_records: (BigInt(changed[0]?.left ?? "0") - BigInt(onPage.length)).toString(),
  };
}

/** The records of the line shown that are among the changed ones. */
async function recordsOf(store: Store, side: LineRow, changed: readonly ChangedRow[]): Promise<RecordRow[]> {
  if (changed.length === 0) return [];
  const keys = new Set(changed.map(({ usage_record_no, part_start_ms }) => `${usage_record_no}/${part_start_ms}`));
  const found = await selectRecords(store.read, {
    ...sharedBy(side),
    ...afterOf(undefined),
    only: changed.map(({ usage_record_no }) => BigInt(usage_record_no)),
    limit: PARTS_MAX,
  });
  return found.filter(({ usage_record_no, part_start_ms }) => keys.has(`${usage_record_no}/${part_start_ms}`));
}

/** More parts than the windows of a page of records can have. */
const PARTS_MAX = 100_000;

function toChanged(row: ChangedRow): ExplainedAdjustment["records"][number] {
  return {
    usage_record_id: row.usage_record_id,
    resource: row.resource,
    part: row.part,
    window: { start: formatMs(row.window_start_ms), end: formatMs(row.window_end_ms) },
    part_start: formatMs(row.part_start_ms),
    billed: row.was_billed === 0 ? null : { quantity: row.former_quantity, amount: row.former_amount },
    restated: row.is_billed === 0 ? null : { quantity: row.restated_quantity, amount: row.restated_amount },
  };
}

async function toLateUsage(
  store: Store,
  late: readonly Static<typeof LateRow>[],
): Promise<ExplainedAdjustment["late_usage"]> {
  const seqs = [...new Set(late.flatMap(({ runs }) => runs))];
  const runs = seqs.length === 0 ? [] : await selectRuns(store.read, { seqs: seqs.map(BigInt) });
  const idOf = new Map(runs.map(({ seq, run_id }) => [seq, run_id]));
  return late.map(({ window_start_ms, window_end_ms, facts: _facts, runs: of, adjustment_ids, ...fact }) => ({
    ...fact,
    window: { start: formatMs(window_start_ms), end: formatMs(window_end_ms) },
    published: of.map((seq, index) => ({ run_id: idOf.get(seq) ?? "", id: adjustment_ids[index] ?? "" })),
  }));
}
