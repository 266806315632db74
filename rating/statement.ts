import Type, { type Static } from "typebox";
import { Issuer } from "./profiles/issuer.ts";
import { Profile } from "./profiles/profile.ts";
import { StatementLine } from "./statement-line.ts";
import { TaxCategory } from "./taxes/tax-rate.ts";

const Label = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

/** Tax by one rate on the lines of one month, rounded once. */
const StatementTax = Type.Object({
  tax_rate_id: Type.String(),
  name: Type.String(),
  category: TaxCategory,
  rate: Type.String({ description: "percent" }),
  reason: Type.String({ description: "why there is none" }),
  net: Type.String(),
  amount: Type.String(),
  period: Type.String({ description: "the month of the lines it is on; corrections have their own" }),
});

/** What a payer owes for a period, or is given back. Neither run nor clock shows in a draft: the same bill is the same bytes (P1); a final one stays. */
export const Statement = Type.Object({
  id: Type.String(),
  number: Label("given once it is final; in its issuer's series without gaps"),
  kind: Type.Union([Type.Literal("statement"), Type.Literal("credit_note")]),
  payer_account_id: Type.String(),
  period: Type.String(),
  currency: Type.String(),
  state: Type.Union([Type.Literal("draft"), Type.Literal("final"), Type.Literal("void")]),
  issued_on: Label("a day, such as 2026-11-02, in the zone of the setting usage.aggregation.timezone"),
  due_on: Label("null = nothing is to be paid for it, or it is a draft"),
  reverses: Label("the statement that a credit note takes back"),
  replaces: Label("the void statement in whose place it was issued"),
  void_by: Label("the credit note that took it back"),
  written_off: Type.Union(
    [
      Type.Object({ at: Type.String(), by: Type.String(), reason: Type.String() }, { additionalProperties: false }),
      Type.Null(),
    ],
    { description: "of a void one: that nothing is issued in its place, and what it billed is given up" },
  ),
  overrides: Type.Array(
    Type.Object({ finding: Type.String(), reason: Type.String() }, { additionalProperties: false }),
    { description: "findings in spite of which it was made final" },
  ),
  issuer: Type.Union([Issuer, Type.Null()]),
  customer: Type.Union([Profile, Type.Null()]),
  lines: Type.Array(StatementLine),
  net: Type.String(),
  taxes: Type.Array(StatementTax),
  total: Type.String({ description: "net and taxes; below zero it is owed to the payer" }),
  credits_applied: Type.String(),
  credits: Type.Array(Type.Object({ credit_id: Type.String(), amount: Type.String() })),
  payable: Type.String({ description: "total less credits" }),
  paid: Type.String({ description: "money that was put to it; nothing of a draft" }),
  open: Type.String({
    description: "still to be paid; nothing of a draft, and of a credit note, which lessens what it takes back",
  }),
  notes: Type.Array(Type.String()),
});
export type Statement = Static<typeof Statement>;
