import type { Span } from "../core/calendar.ts";
import type { PricedTariff } from "./cards/priced-card.ts";

/** What accounts with the same card, currency and zones over time have in common: the tariffs that may price them, and their month. */
export interface Plan {
  readonly plan: number;
  readonly rate_card_id: string;
  readonly currency: string;
  /** As `parseTimeline` reads it, and that of who pays. */
  readonly timeline: string;
  readonly payer_timeline: string;
  readonly month: Span;
  readonly tariffs: readonly PricedTariff[];
}
