import Type, { type Static } from "typebox";
import { monthBounds } from "../core/calendar.ts";
import { field, insertLines } from "../core/insert-lines.ts";
import { defineCommand, defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import { accountMonth, parseTimeline } from "../core/zone-timeline.ts";
import { numbersField, textsField } from "../core/array-field.ts";
import { type IntegerWidth, integerWidth } from "./integer-width.ts";
import { pricedTiers } from "./price.ts";
import type { RateCard } from "./rate-cards.ts";
import { type Tariff, validity } from "./tariff.ts";
import { unitBase } from "./units.ts";

/** What stands in for what an account leaves open: settings billing.currency, usage.aggregation.timezone, rating.default.rate.card. */
export interface RatingDefaults {
  readonly currency: string;
  readonly time_zone: string;
  readonly rate_card_id: string;
}

/** What accounts with the same card, currency and zones over time have in common: the tariffs that may price them, and their month. */
export interface Plan {
  readonly plan: number;
  readonly rate_card_id: string;
  readonly currency: string;
  /** As `parseTimeline` reads it. */
  readonly timeline: string;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly version: number;
  readonly tariffs: readonly Tariff[];
}

/** The plans of a period, and what the pricing statement must know of them all. */
export interface RatingPlans {
  readonly plans: readonly Plan[];
  /** Earliest start and latest end of their months. */
  readonly from_ms: number;
  readonly to_ms: number;
  /** Instants within at which some price changes, ascending. */
  readonly cuts: readonly number[];
  readonly named_offerings: readonly string[];
  readonly named_zones: readonly string[];
  readonly integer: IntegerWidth;
}

const Asked = Type.Object({
  as_of: Type.String(),
  from_ms: Type.Number(),
  to_ms: Type.Number(),
  default_currency: Type.String(),
  default_zone: Type.String(),
  default_card: Type.String(),
});
const PlanRow = Type.Object({ rate_card_id: Type.String(), currency: Type.String(), timeline: Type.String() });
const selectPlans = defineQuery("rating/plans", Asked, PlanRow);
const selectSums = defineQuery(
  "rating/usage_sums",
  Type.Object({ as_of: Type.String(), from_ms: Type.Number(), to_ms: Type.Number() }),
  Type.Object({ usage_type: Type.Integer(), quantity: Type.String() }),
);
const clearAccounts = defineCommand("rating/clear_accounts", Type.Object({}));
const clearPrices = defineCommand("rating/clear_prices", Type.Object({}));
const writeAccounts = defineCommand(
  "rating/write_accounts",
  Type.Object({
    ...Asked.properties,
    cards: Type.Array(Type.String()),
    currencies: Type.Array(Type.String()),
    timelines: Type.Array(Type.String()),
    starts: Type.Array(Type.Number()),
    ends: Type.Array(Type.Number()),
  }),
);

/** No local month reaches further beyond the UTC month of its name than this: no offset exceeds 15 hours. */
const DAY_MS = 86_400_000;
/** Above any cumulative quantity (10^7 records of 10^30 base units each), and still an Int128. */
const OPEN_END = 10n ** 37n;
const priceColumns = (
  "price_no plan usage_type tariff_id tariff_version name component unit unit_base offerings zones " +
  "valid_from_ms valid_to_ms cuts lows highs rates numerators"
).split(" ");

interface Scope {
  readonly period: string;
  readonly as_of: string;
  readonly defaults: RatingDefaults;
}

/** Finds the plans of the accounts that used something in the period. A card in another currency than the payer's prices nothing. */
export async function readPlans(
  store: Store,
  { period, as_of, defaults, cards }: Scope & { cards: readonly RateCard[] },
): Promise<RatingPlans> {
  const rows = await selectPlans(store.run, asked({ period, as_of, defaults }));
  const plans = rows.map((row, index): Plan => {
    const { start, end } = accountMonth(parseTimeline(row.timeline), period);
    const card = cards.find(
      ({ rate_card_id, currency }) => rate_card_id === row.rate_card_id && currency === row.currency,
    );
    const tariffs = (card?.tariffs ?? []).filter(
      (tariff) => validity(tariff).from_ms < end && validity(tariff).to_ms > start,
    );
    return { ...row, plan: index + 1, start_ms: start, end_ms: end, version: card?.version ?? 0, tariffs };
  });
  const from_ms = Math.min(...plans.map(({ start_ms }) => start_ms));
  const to_ms = Math.max(...plans.map(({ end_ms }) => end_ms));
  const tariffs = plans.flatMap((plan) => plan.tariffs);
  const sums = plans.length === 0 ? [] : await selectSums(store.run, { as_of, from_ms, to_ms });
  return {
    plans,
    from_ms,
    to_ms,
    cuts: cutsOf(tariffs, { from_ms, to_ms }),
    named_offerings: [...new Set(tariffs.flatMap(({ conditions }) => conditions.offering))],
    named_zones: [...new Set(tariffs.flatMap(({ conditions }) => conditions.zone))],
    integer: widthFor(plans, sums),
  };
}

/** Lays accounts and prices out for the pricing statement, in place of those of the run before. */
export async function writePlans(
  store: Store,
  { period, as_of, defaults, plans }: Scope & { plans: readonly Plan[] },
): Promise<void> {
  await clearAccounts(store.run, {});
  await clearPrices(store.run, {});
  await writeAccounts(store.run, {
    ...asked({ period, as_of, defaults }),
    cards: plans.map(({ rate_card_id }) => rate_card_id),
    currencies: plans.map(({ currency }) => currency),
    timelines: plans.map(({ timeline }) => timeline),
    starts: plans.map(({ start_ms }) => start_ms),
    ends: plans.map(({ end_ms }) => end_ms),
  });
  const none = priceLine(noTariff, { price_no: 0, plan: noPlan });
  const lines = plans.flatMap((plan) => plan.tariffs.map((tariff) => ({ plan, tariff })));
  const prices = lines.map(({ plan, tariff }, index) => priceLine(tariff, { price_no: index + 1, plan }));
  await insertLines(store.run, { table: "scratch_price", columns: priceColumns }, [none, ...prices].join(""));
}

function widthFor(plans: readonly Plan[], sums: readonly { usage_type: number; quantity: string }[]): IntegerWidth {
  const used = new Map(sums.map(({ usage_type, quantity }) => [usage_type, BigInt(quantity)]));
  const cases = plans.flatMap((plan) =>
    plan.tariffs.map((tariff) => {
      const unit_base = unitBase(tariff.unit, monthMs(plan));
      return {
        tiers: pricedTiers(tariff, unit_base),
        denominator: unit_base * 1000n,
        used: used.get(tariff.usage_type) ?? 0n,
      };
    }),
  );
  const unpriced = {
    tiers: [],
    denominator: 0n,
    used: sums.reduce((most, { quantity }) => (BigInt(quantity) > most ? BigInt(quantity) : most), 0n),
  };
  return integerWidth([...cases, unpriced]);
}

function monthMs({ start_ms, end_ms }: Plan): bigint {
  return BigInt(end_ms - start_ms);
}

// What stands for no tariff: one open tier at no price, so that unrated use takes the same way and costs nothing.
const noPlan: Plan = {
  plan: 0,
  rate_card_id: "",
  currency: "",
  timeline: "",
  start_ms: 0,
  end_ms: 3_600_000,
  version: 0,
  tariffs: [],
};
const noTariff: Tariff = {
  tariff_id: "",
  name: "",
  usage_type: 0,
  component: "",
  currency: "",
  unit: "hour",
  model: "per_unit",
  rate: "0",
  conditions: { offering: [], zone: [] },
  valid_from: "1970-01-01T00:00:00.000Z",
  valid_to: null,
};

function priceLine(tariff: Tariff, { price_no, plan }: { price_no: number; plan: Plan }): string {
  const unit_base = price_no === 0 ? 1n : unitBase(tariff.unit, monthMs(plan));
  const tiers = pricedTiers(tariff, unit_base);
  const { from_ms, to_ms } = validity(tariff);
  const same = plan.tariffs.filter(({ usage_type }) => usage_type === tariff.usage_type);
  const { offering, zone } = tariff.conditions;
  const values = [
    price_no,
    plan.plan,
    tariff.usage_type,
    tariff.tariff_id,
    plan.version,
    field(tariff.name),
    tariff.component,
    price_no === 0 ? "" : tariff.unit,
    unit_base,
    textsField(offering),
    textsField(zone),
    from_ms,
    to_ms,
    numbersField(cutsOf(same, { from_ms: plan.start_ms, to_ms: plan.end_ms })),
    numbersField(tiers.map(({ low }) => low)),
    numbersField(tiers.map(({ high }) => high ?? OPEN_END)),
    numbersField(tiers.map(({ rate }) => rate)),
    numbersField(tiers.map(({ numerator }) => numerator)),
  ];
  return `${values.join("\t")}\n`;
}

function cutsOf(tariffs: readonly Tariff[], { from_ms, to_ms }: { from_ms: number; to_ms: number }): number[] {
  const edges = tariffs.flatMap((tariff) => [validity(tariff).from_ms, validity(tariff).to_ms]);
  return [...new Set<number>(edges)].filter((edge) => edge > from_ms && edge < to_ms).toSorted((a, b) => a - b);
}

function asked({ period, as_of, defaults }: Scope): Static<typeof Asked> {
  const { start, end } = monthBounds({ zone: "UTC", month: period });
  const { currency, time_zone, rate_card_id } = defaults;
  return {
    as_of,
    from_ms: start - DAY_MS,
    to_ms: end + DAY_MS,
    default_currency: currency,
    default_zone: time_zone,
    default_card: rate_card_id,
  };
}
