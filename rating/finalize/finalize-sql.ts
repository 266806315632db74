import Type from "typebox";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import { Coins } from "./statement-sql.ts";

const Text = Type.String();
const Texts = Type.Array(Text);
const nothing = Type.Object({});
const RunOnly = Type.Object({ run_seq: Text });
const Rows = { run_seq: Text, period: Text };

export const selectReadiness = defineQuery(
  "rating/finalize/readiness",
  Type.Object({
    period: Text,
    payer_account_id: Text,
    statement_id: Text,
    after: Text,
    limit: Type.Integer(),
    tax_rates: Text,
    default_issuer: Text,
  }),
  Type.Object({
    payer_account_id: Text,
    statement_id: Text,
    is_final: Type.Integer(),
    checks: Texts,
    counts: Texts,
  }),
);
export const selectVoid = defineQuery(
  "rating/finalize/void_unbilled",
  Type.Object({ period: Text, payer_account_id: Text }),
  Type.Object({ payer_account_id: Text, statement_id: Text }),
);
export const clearScratch = defineCommand("rating/finalize/clear_scratch", nothing);
export const layDrafts = defineCommand(
  "rating/finalize/lay_drafts",
  Type.Object({
    period: Text,
    payer_account_id: Text,
    statement_id: Text,
    tax_rates: Text,
    default_issuer: Text,
    overridden: Texts,
    override_reasons: Texts,
  }),
);
export const layCopy = defineCommand(
  "rating/finalize/lay_copy",
  Type.Object({
    period: Text,
    source_id: Text,
    statement_id: Text,
    kind: Text,
    default_issuer: Text,
    overrides: Texts,
  }),
);
export const writeLines = defineCommand("rating/finalize/write_lines", Type.Object({ ...Rows, tax_rates: Text }));
export const copyLines = defineCommand(
  "rating/finalize/copy_lines",
  Type.Object({ ...Rows, sign: Type.Integer(), tax_rates: Text }),
);
export const writeTaxes = defineCommand(
  "rating/finalize/write_taxes",
  Type.Object({ ...Rows, tax_rates: Text, ...Coins }),
);
export const reverseTaxes = defineCommand("rating/finalize/reverse_taxes", RunOnly);
export const writeDocuments = defineCommand(
  "rating/finalize/write_documents",
  Type.Object({ ...Rows, issued_on: Text, issuers: Text, asked_by: Text, reason: Text }),
);
export const checkDocuments = defineQuery(
  "rating/finalize/check_documents",
  Type.Object(Rows),
  Type.Object({
    lost_documents: Text,
    wrong_lines: Text,
    wrong_sums: Text,
    wrong_taxes: Text,
    wrong_numbers: Text,
    taken_numbers: Text,
    lost_issuers: Text,
  }),
);
export const selectMade = defineQuery(
  "rating/finalize/made_documents",
  Type.Object({ ...Rows, limit: Type.Integer() }),
  Type.Object({
    id: Text,
    number: Text,
    kind: Text,
    payer_account_id: Text,
    currency: Text,
    total: Text,
    documents: Text,
  }),
);
export const selectStale = defineQuery("rating/finalize/stale_runs", nothing, RunOnly);
/** What an unpublished run left goes, the documents last: while any row stands, the run is found. */
export const drops = [
  defineCommand("rating/finalize/drop_final_lines", RunOnly),
  defineCommand("rating/finalize/drop_taxes", RunOnly),
  defineCommand("rating/finalize/drop_documents", RunOnly),
];
