import Type, { type Static } from "typebox";
import { formatMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { BillingRecord, type BillingRecords, readBillingId, toRecord } from "../billing-records.ts";
import { EntryRow, rowOf } from "./entry-row.ts";

const Text = Type.String();

/** What a re-rating made of the billing records of a usage record: reversals of what was billed, and what is billed instead. */
const Rerating = Type.Object(
  {
    run_id: Text,
    asked_by: Text,
    asked_at: Text,
    reason: Text,
    reversed_run_id: { ...Text, description: "the run whose records are reversed" },
    reversals: Type.Array(
      Type.Object({
        id: Text,
        record: { ...BillingRecord, description: "the record reversed, its quantity and amount negative" },
      }),
    ),
    records: Type.Array(
      Type.Object({
        replaces: Type.Union([Text, Type.Null()], {
          description: "the reversal in whose place it stands; null = there was nothing before",
        }),
        record: BillingRecord,
      }),
    ),
  },
  { $id: "Rerating", additionalProperties: false },
);
type Rerating = Static<typeof Rerating>;

/** How a usage record came to be billed as it is: `now` is empty where nothing is billed for it any more. */
export const BillingHistory = Type.Object(
  {
    usage_record_id: Text,
    period: Text,
    now: Type.Array(BillingRecord),
    reratings: Type.Array(Rerating, { description: "oldest first" }),
  },
  { $id: "BillingHistory", additionalProperties: false },
);
export type BillingHistory = Static<typeof BillingHistory>;

const selectHistory = defineQuery(
  "rating/rerate/history",
  Type.Object({ period: Text, usage_record_id: Text }),
  Type.Object({
    run_id: Text,
    asked_by: Text,
    reason: Text,
    asked_ms: Text,
    former_id: Text,
    ...EntryRow.properties,
  }),
);
/** One usage record has this many tiers × price changes × components at most. */
const PARTS_MAX = 100_000;

/** Reads how what a billing record bills was billed before and is now, across re-ratings; null for an id that never was one. */
export function createBillingHistory({
  store,
  billingRecords,
}: {
  store: Store;
  billingRecords: BillingRecords;
}): (billing_record_id: string) => Promise<BillingHistory | null> {
  return async (id) => {
    const named = readBillingId(id);
    if (named === null) return null;
    const { period, usage_record_id: record_no } = named;
    const usage_record_id = `ur_${BigInt(record_no).toString(16).padStart(32, "0")}`;
    const { records: now } = await billingRecords.list({ period, usage_record_id, limit: PARTS_MAX });
    const rows = await selectHistory(store.read, { period, usage_record_id: record_no });
    const reratings = new Map<string, Rerating>();
    for (const { run_id, asked_by, reason, asked_ms, former_id, ...row } of rows) {
      const rerating = reratings.get(run_id) ?? {
        run_id,
        asked_by,
        asked_at: formatMs(asked_ms),
        reason,
        reversed_run_id: former_id,
        reversals: [],
        records: [],
      };
      reratings.set(run_id, rerating);
      const record = toRecord(rowOf(row));
      if (row.entry === "reversal") rerating.reversals.push({ id: row.reversal_id, record });
      else rerating.records.push({ replaces: row.reversal_id === "" ? null : row.reversal_id, record });
    }
    const known = [...now, ...[...reratings.values()].flatMap(recordsOf)].some((record) => record.id === id);
    return known ? { usage_record_id, period, now, reratings: [...reratings.values()] } : null;
  };
}

function recordsOf({ reversals, records }: Rerating): BillingRecord[] {
  return [...reversals, ...records].map(({ record }) => record);
}
