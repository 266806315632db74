import { priceCard } from "../cards/priced-card.ts";
import { createPricing, type Pricing } from "../cards/pricing.ts";
import type { RateCard } from "../cards/rate-card.ts";

/** Prices as if a draft version were active; all other cards as they are. */
export function pricingWithDraft(versions: readonly RateCard[], draft: RateCard): Pricing {
  const asActive = versions.map((card) =>
    card.rate_card_id === draft.rate_card_id && card.version === draft.version
      ? { ...card, state: "active" as const }
      : card,
  );
  return createPricing(asActive, "preview");
}

/** Prices as if a card were another: in place of all versions of the card with its id, or, without such, of every account's cards. */
export function pricingWithCard(versions: readonly RateCard[], card: RateCard, in_place_of: string | null): Pricing {
  const active: RateCard = { ...card, version: 0, state: "active" };
  if (in_place_of === null) {
    const priced = priceCard(card.rate_card_id, [active]);
    return { of: () => priced, hasCharges: priced.charges.length > 0, fingerprint: "preview" };
  }
  const others = versions.filter(({ rate_card_id }) => rate_card_id !== in_place_of);
  return createPricing([...others, { ...active, rate_card_id: in_place_of }], "preview");
}
