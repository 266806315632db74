import Type, { type Static } from "typebox";

/** What money is known by: letters, digits and what ids of others are made of. */
export const MoneyId = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$" });
export const PayerId = Type.String({ minLength: 1, maxLength: 256 });
export const CurrencyCode = Type.String({ minLength: 3, maxLength: 3 });

const facts = {
  payer_account_id: PayerId,
  currency: CurrencyCode,
  amount: Type.String({ maxLength: 22, description: "decimal text above 0, below 10^12, in the currency's coins" }),
  statement_id: Type.Optional(
    Type.String({ maxLength: 128, description: "the document it is for; left out: it is on account" }),
  ),
  method: Type.Optional(Type.String({ maxLength: 100, description: "such as transfer or card" })),
  note: Type.Optional(Type.String({ maxLength: 1000 })),
};

/** Money that came in, as it is told. */
export const PaymentInput = Type.Object(
  {
    payment_id: { ...MoneyId, description: "of whoever tells; told again it changes nothing" },
    ...facts,
    paid_at: Type.Optional(
      Type.String({ description: "when it was paid; left out: now. It is booked now in any case" }),
    ),
  },
  { additionalProperties: false },
);
export type PaymentInput = Static<typeof PaymentInput>;

/** Money given back, as it is told. */
export const RefundInput = Type.Object(
  {
    refund_id: { ...MoneyId, description: "of whoever tells; told again it changes nothing" },
    ...facts,
    refunded_at: Type.Optional(Type.String({ description: "when; left out: now. It is booked now in any case" })),
  },
  { additionalProperties: false },
);
export type RefundInput = Static<typeof RefundInput>;

const stands = {
  payer_account_id: Type.String(),
  currency: Type.String(),
  amount: Type.String(),
  statement_id: Type.Union([Type.String(), Type.Null()]),
  method: Type.String(),
  note: Type.String(),
  booked_at: Type.String({ description: "when it was told, and counts from" }),
  booked_by: Type.String(),
};

/** A payment as it stands. */
export const Payment = Type.Object(
  { payment_id: Type.String(), ...stands, paid_at: Type.String() },
  { additionalProperties: false },
);
export type Payment = Static<typeof Payment>;

/** A refund as it stands; its amount is above 0, too. */
export const Refund = Type.Object(
  { refund_id: Type.String(), ...stands, refunded_at: Type.String() },
  { additionalProperties: false },
);
export type Refund = Static<typeof Refund>;
