import Type, { type Static } from "typebox";

const Key = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$" });
const Amount = Type.String({
  maxLength: 22,
  description: "decimal text from 0, below 10^12, in the charge's currency",
});
const Percent = Type.String({ maxLength: 12, description: "decimal text, up to 6 decimals, such as 2.5 for 2.5 %" });
const Instant = Type.String({ maxLength: 64 });

/** What a charge does: fees and percentages are prices, then discounts take off, then the three limits hold what is left. */
export const ChargeKind = Type.Union([
  Type.Literal("flat"),
  Type.Literal("percentage"),
  Type.Literal("discount_percent"),
  Type.Literal("discount_amount"),
  Type.Literal("minimum"),
  Type.Literal("cap"),
  Type.Literal("commitment"),
]);
export type ChargeKind = Static<typeof ChargeKind>;

/** Whose lines a charge looks at: each account's on the card, or all that a payer on the card pays for together. */
const ChargeScope = Type.Union([Type.Literal("account"), Type.Literal("payer")]);

/** A charge as it is put; what is left out: scope account, the card's currency, valid always, all components, all usage types. */
export const ChargeInput = Type.Object(
  {
    charge_id: Key,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    kind: ChargeKind,
    scope: Type.Optional(ChargeScope),
    currency: Type.Optional(Type.String({ minLength: 3, maxLength: 3 })),
    valid_from: Type.Optional(Instant),
    valid_to: Type.Optional(Type.Union([Instant, Type.Null()])),
    component: Type.Optional(Key),
    amount: Type.Optional(Amount),
    percent: Type.Optional(Percent),
    overage_factor: Type.Optional(
      Type.String({
        maxLength: 16,
        description: "commitment: what each unit of money above it costs, 1 to 1000, up to 6 decimals",
      }),
    ),
    components: Type.Optional(Type.Array(Key, { maxItems: 100 })),
    usage_types: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }), { maxItems: 1000 })),
    prorate: Type.Optional(
      Type.Boolean({
        description: "by the days of its month on which the account was there and the charge valid; else in full",
      }),
    ),
  },
  { additionalProperties: false },
);
export type ChargeInput = Static<typeof ChargeInput>;

/** A charge as it is kept: nothing left out but the fields that its kind does not use, and lists that are empty, which mean all. */
export const Charge = Type.Object(
  {
    ...ChargeInput.properties,
    scope: ChargeScope,
    currency: Type.String(),
    valid_from: Type.String(),
    valid_to: Type.Union([Type.String(), Type.Null()]),
  },
  { additionalProperties: false },
);
export type Charge = Static<typeof Charge>;
