import Type, { type Static } from "typebox";
import { minorUnit } from "../../core/currencies.ts";
import { Dec, dec, formatFixed, RATING_SCALE } from "../../core/decimal.ts";
import { formatMs } from "../../core/instant.ts";
import type { Run } from "../../core/runs.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { type BillingRecord, toRecord } from "../billing-records.ts";
import { EntryRow, reversedRow, rowOf } from "./entry-row.ts";
import type { RatedAccountChange, RatedRecordChange, RatingTotalChange } from "./rated-change.ts";

const Text = Type.String();

/** Where a page of accounts ended. */
export const AccountPlace = Type.Object({ account_id: Text, payer_account_id: Text, currency: Text });
export type AccountPlace = Static<typeof AccountPlace>;

/** Where a page of usage records ended. */
export const RecordChangePlace = Type.Object({
  account_id: Text,
  usage_type: Type.Integer(),
  resource: Text,
  start_ms: Type.String({ pattern: "^-?\\d{1,19}$" }),
  record_no: Type.String({ pattern: "^\\d{1,39}$" }),
});
export type RecordChangePlace = Static<typeof RecordChangePlace>;

interface Page<Place> {
  /** Empty = all. */
  readonly account_ids: readonly string[];
  /** Null = from the first on. */
  readonly after: Place | null;
  readonly limit: number;
}

/** What rating runs changed, as they kept it: re-ratings, and dry runs. */
export interface RatingDifferences {
  totals(run: Run): Promise<RatingTotalChange[]>;
  accounts(run: Run, page: Page<AccountPlace>): Promise<RatedAccountChange[]>;
  records(run: Run, page: Page<RecordChangePlace>): Promise<{ change: RatedRecordChange; place: RecordChangePlace }[]>;
}

const RunScope = { run_seq: Text, period: Text };
const AccountRow = Type.Object({
  currency: Text,
  payer_account_id: Text,
  account_id: Text,
  amount_before: Text,
  amount_after: Text,
  amount_difference: Text,
  exact_before: Text,
  exact_after: Text,
  exact_difference: Text,
  lines_added: Text,
  lines_removed: Text,
  lines_changed: Text,
});
const selectAccounts = defineQuery(
  "rating/rerate/accounts",
  Type.Object({
    ...RunScope,
    is_total: Type.Integer(),
    account_ids: Type.Array(Text),
    after_account: Text,
    after_payer: Text,
    after_currency: Text,
    limit: Type.Integer(),
  }),
  AccountRow,
);
const selectRecords = defineQuery(
  "rating/rerate/records",
  Type.Object({
    ...RunScope,
    account_ids: Type.Array(Text),
    after_account: Text,
    after_type: Type.Integer(),
    after_resource: Text,
    after_ms: Text,
    after_record: Text,
    limit: Type.Integer(),
  }),
  EntryRow,
);
/** What a reader is told of as changed; what led there (place in the running sum, version) is told beside it. */
const comparedFields = [
  "payer_account_id",
  "part_start",
  "tariff_id",
  "tariff_version",
  "component",
  "tier",
  "currency",
  "unit",
  "quantity",
  "from_quantity",
  "to_quantity",
  "price_from",
  "price_to",
  "amount",
  "state",
] as const;
/** No installation bills in more. */
const CURRENCIES_MAX = 1000;

/** What rating runs changed, on the store. */
export function createRatingDifferences({ store }: { store: Store }): RatingDifferences {
  const scopeOf = ({ seq, period }: Run) => ({ run_seq: seq.toString(), period });
  const nowhere = { after_account: "", after_payer: "", after_currency: "" };
  return {
    totals: async (run) => {
      const asked = { ...scopeOf(run), is_total: 1, account_ids: [], ...nowhere, limit: CURRENCIES_MAX };
      return (await selectAccounts(store.read, asked)).map(toSums);
    },
    accounts: async (run, { account_ids, after, limit }) => {
      const from =
        after === null
          ? nowhere
          : {
              after_account: after.account_id,
              after_payer: after.payer_account_id,
              after_currency: after.currency,
            };
      const asked = { ...scopeOf(run), is_total: 0, account_ids: [...account_ids], ...from, limit };
      const rows = await selectAccounts(store.read, asked);
      return rows.map((row) => ({
        account_id: row.account_id,
        payer_account_id: row.payer_account_id,
        ...toSums(row),
      }));
    },
    records: async (run, { account_ids, after, limit }) => {
      const rows = await selectRecords(store.read, {
        ...scopeOf(run),
        account_ids: [...account_ids],
        after_account: after?.account_id ?? "",
        after_type: after?.usage_type ?? 0,
        after_resource: after?.resource ?? "",
        after_ms: after?.start_ms ?? "0",
        after_record: after?.record_no ?? "0",
        limit,
      });
      const groups = new Map<string, EntryRow[]>();
      for (const row of rows) {
        const known = groups.get(row.usage_record_no);
        if (known === undefined) groups.set(row.usage_record_no, [row]);
        else known.push(row);
      }
      return [...groups.values()].flatMap((group) => (group[0] === undefined ? [] : [toChange(group[0], group)]));
    },
  };
}

function toSums(row: Static<typeof AccountRow>): RatingTotalChange {
  const { currency, exact_before, exact_after, exact_difference, lines_added, lines_removed, lines_changed } = row;
  const fixed = (amount: string): string => formatFixed(dec(amount), minorUnit(currency));
  return {
    currency,
    before: fixed(row.amount_before),
    after: fixed(row.amount_after),
    difference: fixed(row.amount_difference),
    exact_before,
    exact_after,
    exact_difference,
    lines_added,
    lines_removed,
    lines_changed,
  };
}

function toChange(first: EntryRow, rows: readonly EntryRow[]): { change: RatedRecordChange; place: RecordChangePlace } {
  const { usage_record_id, account_id, usage_type, resource, part, window_start_ms, window_end_ms } = first;
  const before = rows.filter(({ entry }) => entry === "reversal").map((row) => toRecord(reversedRow(row)));
  const after = rows.filter(({ entry }) => entry === "new").map((row) => toRecord(rowOf(row)));
  return {
    change: {
      usage_record_id,
      account_id,
      usage_type,
      resource,
      part,
      window: { start: formatMs(window_start_ms), end: formatMs(window_end_ms) },
      before,
      after,
      changed: changedFields(before, after),
      difference: differenceOf(rows),
    },
    place: { account_id, usage_type, resource, start_ms: window_start_ms, record_no: first.usage_record_no },
  };
}

function changedFields(before: readonly BillingRecord[], after: readonly BillingRecord[]): string[] {
  if (before.length === 0 || after.length === 0) return [];
  const said = (records: readonly BillingRecord[], field: (typeof comparedFields)[number]): string =>
    JSON.stringify([...new Set(records.map((record) => record[field]))]);
  return comparedFields.filter((field) => said(before, field) !== said(after, field));
}

/** A reversal's amount is negative, so what is added up is what changed. */
function differenceOf(rows: readonly EntryRow[]): RatedRecordChange["difference"] {
  const sums = new Map<string, Dec>();
  for (const { currency, amount } of rows) sums.set(currency, (sums.get(currency) ?? new Dec(0)).plus(dec(amount)));
  return [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, sum]) => ({ currency, amount: formatFixed(sum, RATING_SCALE) }));
}
