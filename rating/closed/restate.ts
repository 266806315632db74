import Type from "typebox";
import { prevMonth } from "../../core/calendar.ts";
import { assert } from "../../core/errors.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { Pricing } from "../cards/pricing.ts";
import type { RatingDefaults } from "../plans.ts";
import type { RateCards } from "../rate-cards.ts";
import { closedPricing, isClosed, layClosedAccounts, rateAffected, rateAll } from "./closed-accounts.ts";

const Text = Type.String();
const selectMonths = defineQuery(
  "rating/closed/restated_months",
  Type.Object({ period: Text, former: Text, as_of: Text }),
  Type.Object({ month: Text }),
);
const writeAdjustments = defineCommand(
  "rating/closed/write_adjustments",
  Type.Object({
    run_seq: Text,
    period: Text,
    of_period: Text,
    original: Text,
    former: Text,
    restated: Text,
    default_currency: Text,
  }),
);
const checkAdjustments = defineQuery(
  "rating/closed/check_adjustments",
  Type.Object({ run_seq: Text, period: Text, of_period: Text, former: Text, restated: Text }),
  Type.Object({ payer_account_id: Text, currency: Text, exact: Text, amount: Text }),
);

/** A month to rate, and under which period its rows go: those of a closed month rated again are nobody's bill. */
export interface RatedMonth {
  readonly month: string;
  readonly rows_of: string;
  readonly pricing: Pricing;
}

/** `rate` writes the records and lines of one month for the accounts laid out. */
export interface Restating {
  readonly store: Store;
  readonly rateCards: Pick<RateCards, "pricingAt">;
  readonly run_seq: string;
  readonly period: string;
  readonly as_of: string;
  readonly defaults: RatingDefaults;
  readonly pricing: Pricing;
  rate(month: RatedMonth): Promise<void>;
}

/** Under which period the rows of a closed month lie that count on the statements of a month. */
export function stateName(of_period: string, state: string): string {
  return `${of_period}@${state}`;
}

/**
 * Corrects closed months on the statements of an open one (design §7.3): each earlier month that late facts came to since the payer closed
 * the month before this one is rated whole, as it was closed, as it had been billed so far and as it counts now, at what it was closed
 * by; the net difference to what had been billed goes on the statements as lines that name the original. Needs the month's own lines.
 * A month that the payer closes in its turn says the same for ever: what comes later counts on the next one.
 */
export async function restateClosed(of: Restating): Promise<void> {
  const { store, period, as_of, defaults } = of;
  const former = prevMonth(period);
  if (!(await isClosed(store, former))) return;
  const months = (await selectMonths(store.run, { period, former, as_of })).map(({ month }) => month);
  const changed: string[] = [];
  for (const month of months) if (await rateAgain(of, { month, former })) changed.push(month);
  await rateAll(store);
  if (changed.length === 0) return;
  // whose currency is what on the statements of this month
  await layClosedAccounts(store, { period, state: period, as_of, defaults });
  for (const month of changed) await adjust(of, { month, former });
}

async function rateAgain(of: Restating, { month, former }: { month: string; former: string }): Promise<boolean> {
  const { store, rateCards, period, as_of, defaults, pricing } = of;
  const change = { period: month, state: period, former, as_of, defaults };
  await layClosedAccounts(store, change);
  if (!(await rateAffected(store, change))) return false;
  for (const state of new Set([month, former, period])) {
    await layClosedAccounts(store, { period: month, state, as_of, defaults });
    const then = await closedPricing({ store, rateCards }, pricing);
    await of.rate({ month, rows_of: stateName(month, state), pricing: then });
  }
  return true;
}

async function adjust(of: Restating, { month, former }: { month: string; former: string }): Promise<void> {
  const { store, run_seq, period, defaults } = of;
  const states = { former: stateName(month, former), restated: stateName(month, period) };
  const asked = { run_seq, period, of_period: month, ...states };
  const original = stateName(month, month);
  await writeAdjustments(store.run, { ...asked, original, default_currency: defaults.currency });
  const wrong = await checkAdjustments(store.run, asked);
  const told = wrong.map(({ payer_account_id, currency, amount }) => `${payer_account_id} ${amount} ${currency}`);
  assert(wrong.length === 0, `what was billed for ${month} and its adjustments do not add up: ${told.join(", ")}`);
}
