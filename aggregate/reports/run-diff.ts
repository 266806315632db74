import Type, { type Static } from "typebox";
import { formatMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { afterParams, goOnAfter, type RecordKey } from "./usage-key.ts";

const Text = Type.String();

const Quantity = Type.Union([Type.String(), Type.Null()]);

/** One usage record that a run changed; quantities are base units as decimal strings. */
export const UsageDifference = Type.Object(
  {
    usage_record_id: Text,
    account_id: Text,
    usage_type: Type.Integer(),
    resource: Text,
    part: Text,
    window: Type.Object({ start: Text, end: Text }),
    quantity_before: { ...Quantity, description: "null: there was no such record" },
    quantity_after: { ...Quantity, description: "null: there is none now" },
    difference: {
      ...Type.String(),
      description: "quantity_after - quantity_before, a record that is not there taken as 0",
    },
  },
  { $id: "UsageDifference", additionalProperties: false },
);
export type UsageDifference = Static<typeof UsageDifference>;

const select = defineQuery(
  "aggregate/reports/run_diff",
  Type.Object({
    run_seq: Text,
    account_ids: Type.Array(Text),
    ...afterParams,
    limit: Type.Integer(),
  }),
  Type.Object({
    record_id: Text,
    account_id: Text,
    usage_type: Type.Integer(),
    resource: Text,
    part: Text,
    shape_id: Text,
    start_ms: Text,
    end_ms: Text,
    taken: Text,
    given: Text,
    difference: Text,
    was: Type.Integer(),
    is: Type.Integer(),
  }),
);

/**
 * What a run of aggregation changed, or would have changed if it was dry, in the order of the records' keys. A record whose
 * edges alone differ (same quantity) is in it too. `account_ids` empty = all; `after` null = from the first on.
 */
export async function readRunDiff(
  { store }: { store: Store },
  {
    run_seq,
    account_ids,
    after,
    limit,
  }: { run_seq: bigint; account_ids: readonly string[]; after: RecordKey | null; limit: number },
): Promise<{ change: UsageDifference; key: RecordKey }[]> {
  const rows = await select(store.read, {
    run_seq: run_seq.toString(),
    account_ids: [...account_ids],
    ...goOnAfter(after),
    limit,
  });
  return rows.map(({ record_id, account_id, usage_type, resource, part, ...row }) => ({
    change: {
      usage_record_id: `ur_${record_id}`,
      account_id,
      usage_type,
      resource,
      part,
      window: { start: formatMs(row.start_ms), end: formatMs(row.end_ms) },
      quantity_before: row.was === 1 ? row.taken : null,
      quantity_after: row.is === 1 ? row.given : null,
      difference: row.difference,
    },
    key: { account_id, start_ms: row.start_ms, end_ms: row.end_ms, usage_type, resource, part, shape: row.shape_id },
  }));
}
