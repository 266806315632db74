import Type, { type Static } from "typebox";
import { defineQuery } from "../../core/sql.ts";
import { LineColumns } from "../statement-line.ts";

const Text = Type.String();
const Texts = Type.Array(Text);

/** Which statements of a period there are, drafts and documents, by payer, currency and id. */
const Head = Type.Object({ id: Text, payer_account_id: Text, currency: Text, is_draft: Type.Integer() });
export type Head = Static<typeof Head>;
export const selectHeads = defineQuery(
  "rating/finalize/statement_heads",
  Type.Object({
    period: Text,
    id: Text,
    payer_account_id: Text,
    within: Type.Array(Text),
    after: Text,
    after_currency: Text,
    after_id: Text,
    limit: Type.Integer(),
  }),
  Head,
);

const DocumentRow = Type.Object({
  id: Text,
  kind: Type.Union([Type.Literal("statement"), Type.Literal("credit_note")]),
  number: Text,
  payer_account_id: Text,
  period: Text,
  currency: Text,
  reverses: Text,
  replaces: Text,
  void_by: Text,
  replaced_by: Text,
  issued_on: Text,
  due_on: Text,
  issuer_id: Text,
  issuer_version: Text,
  issuer: Text,
  customer: Text,
  net: Text,
  total: Text,
  overrides: Texts,
  off_ms: Text,
  off_by: Text,
  off_reason: Text,
});
/** A document as it was issued, and what became of it. */
export type DocumentRow = Static<typeof DocumentRow>;
export const selectDocuments = defineQuery(
  "rating/finalize/documents",
  Type.Object({ period: Text, ids: Texts }),
  DocumentRow,
);

const LineRow = Type.Object({ id: Text, ...LineColumns, tax_rate_id: Text });
export type LineRow = Static<typeof LineRow>;
const Place = { period: Text, ids: Texts, payers: Texts };
export const selectDraftLines = defineQuery(
  "rating/statement_lines",
  Type.Object({ ...Place, tax_rates: Text }),
  LineRow,
);
export const selectFinalLines = defineQuery("rating/finalize/final_lines", Type.Object(Place), LineRow);

const TaxRow = Type.Object({
  id: Text,
  tax_rate_id: Text,
  period: Text,
  name: Text,
  category: Type.Union([
    Type.Literal("S"),
    Type.Literal("Z"),
    Type.Literal("E"),
    Type.Literal("AE"),
    Type.Literal("O"),
  ]),
  percent: Text,
  reason: Text,
  net: Text,
  amount: Text,
});
/** Tax of a statement by one rate and month. */
export type TaxRow = Static<typeof TaxRow>;
/** How tax is rounded: one coin in 10^-9 of each currency. */
export const Coins = { currency_codes: Texts, minor_steps: Type.Array(Type.Integer()) };
export const selectDraftTaxes = defineQuery(
  "rating/taxes/draft_taxes",
  Type.Object({ ...Place, tax_rates: Text, ...Coins }),
  TaxRow,
);
export const selectFinalTaxes = defineQuery("rating/finalize/final_taxes", Type.Object({ ids: Texts }), TaxRow);

const CreditRow = Type.Object({ id: Text, credit_id: Text, amount: Text });
/** What a credit gave to a document. */
export type CreditRow = Static<typeof CreditRow>;
export const selectCredits = defineQuery("rating/finalize/credits", Type.Object({ ids: Texts }), CreditRow);
