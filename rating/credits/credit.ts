import Type, { type Static } from "typebox";
import { CurrencyCode, MoneyId, PayerId } from "../ledger/payment.ts";

const Kind = Type.Union([Type.Literal("promotion"), Type.Literal("prepayment")]);

/** A credit as it is granted. */
export const CreditInput = Type.Object(
  {
    credit_id: { ...MoneyId, description: "of whoever grants; granted again it changes nothing" },
    payer_account_id: PayerId,
    currency: CurrencyCode,
    kind: { ...Kind, description: "promotion: given; prepayment: bought, the money is booked with it" },
    amount: Type.String({ maxLength: 22, description: "decimal text above 0, below 10^12, in the currency's coins" }),
    priority: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1000, description: "lower ones are drawn first; 100 when left out" }),
    ),
    valid_from: Type.Optional(
      Type.String({ description: "it covers usage from then on; left out: from its grant on" }),
    ),
    expires_at: Type.Optional(
      Type.String({ description: "it covers usage before then; left out: all. What was bought does not expire" }),
    ),
    note: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  { additionalProperties: false },
);
export type CreditInput = Static<typeof CreditInput>;

/** A credit as it stands. */
export const Credit = Type.Object(
  {
    credit_id: Type.String(),
    payer_account_id: Type.String(),
    currency: Type.String(),
    kind: Kind,
    amount: Type.String(),
    remaining: Type.String({ description: "not on any final statement, nor booked out" }),
    priority: Type.Integer(),
    valid_from: Type.String(),
    expires_at: Type.Union([Type.String(), Type.Null()]),
    state: Type.Union([Type.Literal("active"), Type.Literal("ended")]),
    note: Type.String(),
    granted_at: Type.String(),
    granted_by: Type.String(),
    ended_at: Type.Union([Type.String(), Type.Null()]),
    reason: Type.String({ description: "why it was ended" }),
  },
  { additionalProperties: false },
);
export type Credit = Static<typeof Credit>;

/** What of a credit went to a document; below 0: a credit note gave it back. */
export const CreditDraw = Type.Object(
  {
    statement_id: Type.String(),
    number: Type.String(),
    period: Type.String(),
    amount: Type.String(),
    drawn_at: Type.String(),
  },
  { additionalProperties: false },
);
export type CreditDraw = Static<typeof CreditDraw>;
