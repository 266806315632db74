import { createHash } from "node:crypto";
import type { RateCard } from "./rate-card.ts";
import { layCard, priceCard, type PricedCard } from "./priced-card.ts";

/** All prices that count: what one rating run reads once. */
export interface Pricing {
  /** The prices of an account's cards as `scratch_account_card` names them, lowest first, parted by blanks; a card that is not there prices nothing. */
  of(rate_card_id: string): PricedCard;
  /** Whether any card that counts has charges. */
  readonly hasCharges: boolean;
  /** The same text means the same prices (P12). */
  readonly fingerprint: string;
}

/** Prices by all versions of all cards. `assigned` is what the fingerprint must know of assignments. */
export function createPricing(versions: readonly RateCard[], assigned: string): Pricing {
  const counting = versions.filter(({ state }) => state !== "draft");
  const content = counting.map(({ revision: _revision, changed_at: _at, changed_by: _by, ...card }) => card);
  const hash = createHash("sha256").update(JSON.stringify([content, assigned]));
  return {
    of: laidOver((id) =>
      priceCard(
        id,
        versions.filter(({ rate_card_id }) => rate_card_id === id),
      ),
    ),
    hasCharges: counting.some(({ charges }) => charges.length > 0),
    fingerprint: hash.digest("hex").slice(0, 32),
  };
}

/** Cards by the names of their layers, each worked out once. */
function laidOver(cardOf: (rate_card_id: string) => PricedCard): Pricing["of"] {
  const known = new Map<string, PricedCard>();
  return (rate_card_id) => {
    const found = known.get(rate_card_id);
    if (found !== undefined) return found;
    const [lowest = "", ...above] = rate_card_id.split(" ");
    const card = above.reduce((lower, id) => layCard(cardOf(id), lower), cardOf(lowest));
    known.set(rate_card_id, card);
    return card;
  };
}
