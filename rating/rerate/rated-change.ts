import Type, { type Static } from "typebox";
import { BillingRecord } from "../billing-records.ts";

const Text = Type.String();
const Count = Type.String();

const Sums = {
  currency: Text,
  before: { ...Text, description: "of statement lines, in the currency's minor unit" },
  after: Text,
  difference: { ...Text, description: "after − before" },
  exact_before: { ...Text, description: "of billing records, 9 decimals" },
  exact_after: Text,
  exact_difference: Text,
  lines_added: Count,
  lines_removed: Count,
  lines_changed: Count,
};

/** What a currency of a period came to before and after a rating run, over all accounts. */
export const RatingTotalChange = Type.Object(Sums, { $id: "RatingTotalChange", additionalProperties: false });
export type RatingTotalChange = Static<typeof RatingTotalChange>;

/** An account whose statement lines a rating run changed. */
export const RatedAccountChange = Type.Object(
  { account_id: Text, payer_account_id: Text, ...Sums },
  { $id: "RatedAccountChange", additionalProperties: false },
);
export type RatedAccountChange = Static<typeof RatedAccountChange>;

/** A usage record that a rating run priced otherwise: the billing records it had, and those that it has instead. */
export const RatedRecordChange = Type.Object(
  {
    usage_record_id: Text,
    account_id: Text,
    usage_type: Type.Integer(),
    resource: Text,
    part: Text,
    window: Type.Object({ start: Text, end: Text }),
    before: Type.Array(BillingRecord, { description: "what was billed and is no more; empty = nothing" }),
    after: Type.Array(BillingRecord, { description: "what is billed in its place; empty = nothing" }),
    changed: Type.Array(Text, {
      description: "fields in which they differ; none where there was nothing before, or is nothing after",
    }),
    difference: Type.Array(Type.Object({ currency: Text, amount: Text }), {
      description: "after − before, per currency",
    }),
  },
  { $id: "RatedRecordChange", additionalProperties: false },
);
export type RatedRecordChange = Static<typeof RatedRecordChange>;
