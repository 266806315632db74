import Type, { type Static } from "typebox";
import { monthAnywhere } from "../core/calendar.ts";
import { defineCommand, defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { instant } from "../core/instant.ts";
import { accountMonth, parseTimeline } from "../core/zone-timeline.ts";
import { fillConditions } from "./conditions/fill-conditions.ts";
import { decideSeries, needsTotal, type OwnCurve } from "./decide-series.ts";
import { type IntegerWidth, integerWidth } from "./integer-width.ts";
import { cutsOf, listPrices, type PriceList } from "./price-list.ts";
import { fillAccountCards } from "./assignments.ts";
import type { Pricing } from "./cards/pricing.ts";
import type { Plan } from "./plan.ts";
import { validity } from "./tariff.ts";
import { writePrices, writeSeries } from "./write-prices.ts";

/** What stands in for what an account leaves open: settings billing.currency, usage.aggregation.timezone, rating.default.rate.card. */
export interface RatingDefaults {
  readonly currency: string;
  readonly time_zone: string;
  readonly rate_card_id: string;
}

/** The plans of a period, and what the pricing statement must know of them all. */
export interface RatingPlans {
  readonly plans: readonly Plan[];
  readonly list: PriceList;
  /** Earliest start and latest end of their months. */
  readonly from_ms: number;
  readonly to_ms: number;
  /** 0, then the instants within at which some price changes, ascending. */
  readonly cuts: readonly number[];
  /** `cuts`, and where months of accounts begin and end, ascending: between two of them a price holds or does not, for all of it. */
  readonly edges: readonly number[];
}

/** Whose month is asked for: up to which run, between which instants, and what holds where an account says nothing itself. */
export const AskedMonth = Type.Object({
  as_of: Type.String(),
  from_ms: Type.Number(),
  to_ms: Type.Number(),
  default_currency: Type.String(),
  default_zone: Type.String(),
  default_card: Type.String(),
});
const PlanRow = Type.Object({
  rate_card_id: Type.String(),
  currency: Type.String(),
  timeline: Type.String(),
  payer_timeline: Type.String(),
});
const selectPlans = defineQuery("rating/plans", AskedMonth, PlanRow);
const selectSums = defineQuery(
  "rating/usage_sums",
  Type.Object({ as_of: Type.String(), from_ms: Type.Number(), to_ms: Type.Number() }),
  Type.Object({ usage_type: Type.Integer(), quantity: Type.String() }),
);
const clearAccounts = defineCommand("rating/clear_accounts", Type.Object({}));
const selectTotals = defineQuery(
  "rating/series_totals",
  Type.Object({
    as_of: Type.String(),
    from_ms: Type.Number(),
    to_ms: Type.Number(),
    cuts: Type.Array(Type.Number()),
    edges: Type.Array(Type.Number()),
    price_nos: Type.Array(Type.Integer()),
    usage_types: Type.Array(Type.Integer()),
  }),
  Type.Object({
    account_no: Type.Integer(),
    payer_no: Type.Integer(),
    price_no: Type.Integer(),
    quantity: Type.String(),
  }),
);
const writeAccounts = defineCommand(
  "rating/write_accounts",
  Type.Object({
    ...AskedMonth.properties,
    cards: Type.Array(Type.String()),
    currencies: Type.Array(Type.String()),
    timelines: Type.Array(Type.String()),
    payer_timelines: Type.Array(Type.String()),
    starts: Type.Array(Type.Number()),
    ends: Type.Array(Type.Number()),
  }),
);

interface Scope {
  readonly period: string;
  readonly as_of: string;
  readonly defaults: RatingDefaults;
}

/** Finds the plans of the accounts that used something in the period. A tariff in another currency than the payer's prices nothing. */
export async function readPlans(
  store: Store,
  { period, as_of, defaults, pricing }: Scope & { pricing: Pricing },
): Promise<RatingPlans> {
  await fillAccountCards(store.run, { period, default_card: defaults.rate_card_id });
  const rows = await selectPlans(store.run, askedMonth({ period, as_of, defaults }));
  const plans = rows.map((row, index): Plan => {
    const month = accountMonth(parseTimeline(row.timeline), period);
    const tariffs = pricing
      .of(row.rate_card_id)
      .tariffs.filter(
        (tariff) =>
          tariff.currency === row.currency &&
          validity(tariff).from_ms < month.end &&
          validity(tariff).to_ms > month.start,
      );
    return { ...row, plan: index + 1, month, tariffs };
  });
  const from_ms = Math.min(...plans.map(({ month }) => month.start));
  const to_ms = Math.max(...plans.map(({ month }) => month.end));
  const list = listPrices(period, plans);
  const cuts = plans.length === 0 ? [] : cutsOf(list.prices, { start: instant(from_ms), end: instant(to_ms) });
  const months = plans.flatMap(({ month }): number[] => [month.start, month.end]);
  const edges = [...new Set([0, ...cuts, ...months])].toSorted((a, b) => a - b);
  return { plans, list, from_ms, to_ms, cuts: [0, ...cuts], edges };
}

/**
 * Lays accounts, conditions, prices and what the period's totals decide out for the pricing statement, in place of those of the run before.
 * Gives the integers that pricing must count in.
 */
export async function writePlans(
  store: Store,
  { period, as_of, defaults, plans, list, from_ms, to_ms, cuts, edges }: Scope & RatingPlans,
): Promise<IntegerWidth> {
  await clearAccounts(store.run, {});
  await writeAccounts(store.run, {
    ...askedMonth({ period, as_of, defaults }),
    cards: plans.map(({ rate_card_id }) => rate_card_id),
    currencies: plans.map(({ currency }) => currency),
    timelines: plans.map(({ timeline }) => timeline),
    payer_timelines: plans.map(({ payer_timeline }) => payer_timeline),
    starts: plans.map(({ month }) => month.start),
    ends: plans.map(({ month }) => month.end),
  });
  const texts = list.prices.flatMap(({ tariff, choices }) => [
    ...tariff.except,
    ...choices.flatMap(({ condition, except }) => [condition, ...except]),
  ]);
  const condition_nos = await fillConditions(store.run, texts);
  await writePrices(store, { list, edges: cuts, condition_nos });
  const span = { as_of, from_ms, to_ms };
  const needing = list.prices.filter(needsTotal);
  const price_nos = needing.map(({ price_no }) => price_no);
  const usage_types = [...new Set(needing.map(({ tariff }) => tariff.usage_type))];
  const asks = { ...span, cuts: [...cuts], edges: [...edges], price_nos, usage_types };
  const totals = price_nos.length === 0 ? [] : await selectTotals(store.run, asks);
  const own = decideSeries(
    list.prices,
    totals.map((total) => ({ ...total, quantity: BigInt(total.quantity) })),
  );
  await writeSeries(store, list, own);
  return widthFor(list, own, await selectSums(store.run, span));
}

function widthFor(
  list: PriceList,
  own: readonly OwnCurve[],
  sums: readonly { usage_type: number; quantity: string }[],
): IntegerWidth {
  const used = new Map(sums.map(({ usage_type, quantity }) => [usage_type, BigInt(quantity)]));
  const most = sums.reduce((all, { quantity }) => (BigInt(quantity) > all ? BigInt(quantity) : all), 0n);
  return integerWidth([
    ...list.prices.flatMap(({ tariff, choices }) =>
      choices.map(({ curve }) => ({ curve, used: used.get(tariff.usage_type) ?? 0n })),
    ),
    // On a share of a pool nobody runs further than what he used, which is its denominator.
    ...own.map(({ curve }) => ({ curve, used: curve.denominator < most ? curve.denominator : most })),
    { curve: null, used: most },
  ]);
}

/** What asks for a month in any zone. */
export function askedMonth({ period, as_of, defaults }: Scope): Static<typeof AskedMonth> {
  const { start, end } = monthAnywhere(period);
  const { currency, time_zone, rate_card_id } = defaults;
  return {
    as_of,
    from_ms: start,
    to_ms: end,
    default_currency: currency,
    default_zone: time_zone,
    default_card: rate_card_id,
  };
}
