import Type from "typebox";
import {
  CardState,
  RateCard as CoreRateCard,
  RateCardInput as CoreInput,
  Tariff,
  TariffInput,
} from "../../rating/index.ts";
import { readIfMatch, requireIfMatch } from "../http/etags.ts";

export const tags = ["pricing"];

const { if_revision: _revision, ...inputFields } = CoreInput.properties;
const NamedTariff = Type.Object(Tariff.properties, { $id: "Tariff", additionalProperties: false });

/** A card as it is put; a file may say whose it is, which must be the one in the address. */
export const RateCardInput = Type.Object(
  { ...inputFields, rate_card_id: Type.Optional(Type.String()) },
  { $id: "RateCardInput", additionalProperties: false },
);
export const RateCard = Type.Object(
  { ...CoreRateCard.properties, tariffs: Type.Array(NamedTariff) },
  { $id: "RateCard", additionalProperties: false },
);
export const RateCardList = Type.Object(
  { data: Type.Array(RateCard) },
  { $id: "RateCardList", additionalProperties: false },
);
/** A tariff with whose it is; its version is its card's. */
export const CardTariff = Type.Object(
  { ...Tariff.properties, rate_card_id: Type.String(), version: Type.Integer() },
  { $id: "CardTariff", additionalProperties: false },
);
export const TariffList = Type.Object(
  { data: Type.Array(CardTariff) },
  { $id: "TariffList", additionalProperties: false },
);
const { tariff_id: _id, ...tariffFields } = TariffInput.properties;
export const TariffBody = Type.Object(
  { ...tariffFields, tariff_id: Type.Optional(TariffInput.properties.tariff_id) },
  { $id: "TariffInput", additionalProperties: false },
);
export const StateChange = Type.Object(
  {
    state: Type.Exclude(CardState, Type.Literal("draft")),
    valid_to: Type.Optional(
      Type.String({ maxLength: 64, description: "archived: where the version ends; now when left out" }),
    ),
  },
  { $id: "CardStateChange", additionalProperties: false },
);

export const CardName = Type.Object({ id: Type.String() });
/**
 * The revision a header names. `exists`: a change of what is there must name one, and without one what is put must be new still when it
 * is written, so of two who make it the later does not win unseen; left out: nothing is asked. @throws AppError precondition-required, invalid-request
 */
export function readRevision(header: string | undefined, exists?: boolean): { if_revision?: number } {
  if (header === undefined && exists === false) return { if_revision: 0 };
  const seen = exists === undefined ? readIfMatch(header) : requireIfMatch(header, exists);
  return seen === undefined ? {} : { if_revision: Number(seen) };
}
