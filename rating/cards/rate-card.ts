import Type, { type Static } from "typebox";
import { Charge, ChargeInput } from "../charges/charge.ts";
import { Tariff, TariffInput } from "../tariff.ts";

const Instant = Type.String({ maxLength: 64 });

/** draft: prices nothing yet; active: prices its validity, and never changes again; archived: its validity has been ended. */
export const CardState = Type.Union([Type.Literal("draft"), Type.Literal("active"), Type.Literal("archived")]);
export type CardState = Static<typeof CardState>;

/**
 * A rate card as it is put, whole, as its next version. `if_revision` is the revision the caller has read, 0 for a card that must be new.
 * Left out: active at once, valid always.
 */
export const RateCardInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    currency: Type.String({ minLength: 3, maxLength: 3, description: "of its tariffs that name none" }),
    state: Type.Optional(Type.Union([Type.Literal("draft"), Type.Literal("active")])),
    valid_from: Type.Optional(Instant),
    valid_to: Type.Optional(Type.Union([Instant, Type.Null()])),
    tariffs: Type.Array(TariffInput, { maxItems: 1000 }),
    charges: Type.Optional(Type.Array(ChargeInput, { maxItems: 200 })),
    if_revision: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
);
export type RateCardInput = Static<typeof RateCardInput>;

/** One version of a rate card. A tariff's version is its card's; `revision` counts all writes to the card, of all its versions. */
export const RateCard = Type.Object({
  rate_card_id: Type.String(),
  version: Type.Integer(),
  revision: Type.Integer(),
  state: CardState,
  name: Type.String(),
  currency: Type.String(),
  valid_from: Type.String(),
  valid_to: Type.Union([Type.String(), Type.Null()]),
  tariffs: Type.Array(Tariff),
  charges: Type.Array(Charge),
  changed_at: Type.String(),
  changed_by: Type.String(),
});
export type RateCard = Static<typeof RateCard>;
