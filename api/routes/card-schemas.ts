import Type from "typebox";
import {
  CardState,
  RateCard as CoreRateCard,
  RateCardInput as CoreInput,
  Tariff,
  TariffInput,
} from "../../rating/index.ts";
import { requireSeen } from "../http/etags.ts";

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

/** The revision of a card a change was made from, as `requireSeen` reads it. @throws AppError precondition-required, precondition-failed, invalid-request */
export async function requireRevision(
  conditions: Parameters<typeof requireSeen>[0],
  present: number | null,
): Promise<{ if_revision?: number }> {
  const { if_version } = await requireSeen(conditions, present);
  return if_version === undefined ? {} : { if_revision: if_version };
}
