import Type from "typebox";
import { monthAnywhere } from "../../core/calendar.ts";
import { settingDefinitions } from "../../core/setting-list.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { Pricing } from "../cards/pricing.ts";
import type { RatingDefaults } from "../plans.ts";
import type { RateCards } from "../rate-cards.ts";

const Text = Type.String();
const nothing = Type.Object({});
const Span = { from_ms: Type.Number(), to_ms: Type.Number() };
const clears = [
  defineCommand("rating/closed/clear_closed_accounts", nothing),
  defineCommand("rating/closed/clear_late_usage", nothing),
];
const clearScope = defineCommand("rating/closed/clear_scope", nothing);
const writeClosed = defineCommand(
  "rating/closed/write_closed_accounts",
  Type.Object({
    period: Text,
    state: Text,
    former: Text,
    as_of: Text,
    default_currency: Text,
    default_card: Text,
    unset_card: Text,
    at_present: Type.Integer(),
  }),
);
const readClosings = defineQuery(
  "rating/closed/closings",
  Type.Object({ period: Text }),
  Type.Object({ closings: Text }),
);
const writeLate = defineCommand("rating/closed/write_late_usage", Type.Object(Span));
const writeScope = defineCommand("rating/closed/write_scope", Type.Object({ as_of: Text, ...Span }));
const readScope = defineQuery("rating/closed/scope", nothing, Type.Object({ accounts: Text }));
const selectPrices = defineQuery("rating/closed/closed_prices", nothing, Type.Object({ prices_ms: Text }));
const unset_card = settingDefinitions.find(({ name }) => name === "rating.default.rate.card")?.default ?? "";

/** A month as it counts on the statements of a month: of its own, or of a later one, which knows what came in between. */
export interface MonthState {
  readonly period: string;
  readonly state: string;
  /** The state before it, '' = none. */
  readonly former?: string;
  readonly as_of: string;
  readonly defaults: RatingDefaults;
  /** Closed months go by today's prices, too: what a preview shows. */
  readonly at_present?: boolean;
}

/** Whether anybody has closed a month, or one after it. */
export async function isClosed(store: Store, period: string): Promise<boolean> {
  const [closed] = await readClosings(store.run, { period });
  return closed !== undefined && closed.closings !== "0";
}

/** Lays out who has closed a month and what does not count of it, in place of what was laid out before. Who has not closed it is left alone. */
export async function layClosedAccounts(store: Store, month: MonthState): Promise<void> {
  const { period, state, former = "", as_of, defaults, at_present = false } = month;
  for (const clear of clears) await clear(store.run, {});
  if (!(await isClosed(store, period))) return;
  await writeClosed(store.run, {
    period,
    state,
    former,
    as_of,
    default_currency: defaults.currency,
    default_card: defaults.rate_card_id,
    unset_card,
    at_present: at_present ? 1 : 0,
  });
  await writeLate(store.run, spanOf(month));
}

/** Rates all accounts from here on. */
export async function rateAll(store: Store): Promise<void> {
  await clearScope(store.run, {});
}

/** Rates those payers alone for whom something came between the former state and this one; false = there are none. */
export async function rateAffected(store: Store, month: MonthState): Promise<boolean> {
  await clearScope(store.run, {});
  await writeScope(store.run, { as_of: month.as_of, ...spanOf(month) });
  const [scope] = await readScope(store.run, {});
  return scope !== undefined && scope.accounts !== "0";
}

/** The prices that count for each account laid out: where it closed the month, those that held when it did. */
export async function closedPricing(
  { store, rateCards }: { store: Store; rateCards: Pick<RateCards, "pricingAt"> },
  present: Pricing,
): Promise<Pricing> {
  const found = await selectPrices(store.run, {});
  if (found.length === 0) return present;
  const then = new Map<string, Pricing>();
  for (const { prices_ms } of found) then.set(prices_ms, await rateCards.pricingAt(Number(prices_ms)));
  return {
    of: (named) => {
      const [cards = "", prices_ms] = named.split("@");
      return (prices_ms === undefined ? present : (then.get(prices_ms) ?? present)).of(cards);
    },
    hasCharges: present.hasCharges || [...then.values()].some(({ hasCharges }) => hasCharges),
    fingerprint: present.fingerprint,
  };
}

/** An account's cards as people know them. */
export function withoutInstant(named: string): string {
  return named.split("@")[0] ?? "";
}

function spanOf({ period }: MonthState): { from_ms: number; to_ms: number } {
  const { start, end } = monthAnywhere(period);
  return { from_ms: start, to_ms: end };
}
