import type { Span } from "../core/calendar.ts";
import { accountMonth, parseTimeline } from "../core/zone-timeline.ts";
import type { Plan } from "./plan.ts";
import { spansOf } from "./price-schedule.ts";
import { type Price, pricesOf } from "./prices.ts";
import type { PricedTariff } from "./cards/priced-card.ts";
import { unitBase } from "./units.ts";

/** What records can be matched with: a tariff, or one band or matrix value of it, at one plan's month. */
export interface ListedPrice {
  readonly price_no: number;
  /** The price_no of the first version of the tariff (or of its band or value): their quantity runs on. */
  readonly series_no: number;
  readonly plan: Plan;
  readonly tariff: PricedTariff;
  readonly unit_base: bigint;
  /** One, or of a volume tariff one for each tier, of which the period's total picks one. */
  readonly choices: readonly Price[];
  readonly spans: readonly Span[];
  /** 0 = always. */
  readonly schedule_no: number;
  /** The same for all whose use counts together if one payer has it; 0 = no pool. */
  readonly pool_no: number;
}

/** All prices of a run, and the instants at which some of them begin or end. */
export interface PriceList {
  readonly prices: readonly ListedPrice[];
  /** When each schedule holds, by its number. */
  readonly schedules: ReadonlyMap<number, readonly Span[]>;
}

/** Numbers the prices of all plans, ascending with the tariff's id within a plan. */
export function listPrices(period: string, plans: readonly Plan[]): PriceList {
  const prices: ListedPrice[] = [];
  const schedules = new Map<string, { schedule_no: number; spans: readonly Span[] }>();
  const pools = new Map<string, number>();
  for (const plan of plans) {
    const series = new Map<string, number>();
    const month = { start: plan.month.start, end: plan.month.end };
    const timeline = parseTimeline(plan.timeline);
    for (const tariff of plan.tariffs) {
      const unit_base = unitBase(tariff.unit, monthMs(tariff.pooled ? payerMonth(plan, period) : month));
      const all = pricesOf(tariff, unit_base);
      const alternatives = tariff.model === "volume" ? [all] : all.map((price) => [price]);
      const pool_no = tariff.pooled ? numbered(pools, `${plan.rate_card_id}/${tariff.tariff_id}`) : 0;
      for (const choices of alternatives) {
        const [first] = choices;
        if (first === undefined) continue;
        const spans = spansOf(first, { tariff, timeline, month });
        if (spans.length === 0) continue;
        const price_no = prices.length + 1;
        // A pool's shares are worked out version by version, so there each is a series of its own.
        const key =
          pool_no > 0 ? `${price_no}` : `${tariff.tariff_id}/${first.curve.tiers[0]?.tier ?? 0}/${tariff.model}`;
        const series_no = series.get(key) ?? price_no;
        series.set(key, series_no);
        const schedule_no = isWhole(spans, month) ? 0 : scheduleNo(schedules, spans);
        prices.push({ price_no, series_no, plan, tariff, unit_base, choices, spans, schedule_no, pool_no });
      }
    }
  }
  return {
    prices,
    schedules: new Map([...schedules.values()].map(({ schedule_no, spans }) => [schedule_no, spans])),
  };
}

/** The instants strictly inside `within` at which one of the prices begins or ends, ascending. */
export function cutsOf(prices: readonly ListedPrice[], within: Span): number[] {
  const edges = new Set(prices.flatMap(({ spans }) => spans.flatMap(({ start, end }): number[] => [start, end])));
  return [...edges].filter((edge) => edge > within.start && edge < within.end).toSorted((a, b) => a - b);
}

function payerMonth(plan: Plan, period: string): Span {
  return accountMonth(parseTimeline(plan.payer_timeline), period);
}

function monthMs({ start, end }: Span): bigint {
  return BigInt(end - start);
}

function isWhole(spans: readonly Span[], month: Span): boolean {
  const [only, ...more] = spans;
  return more.length === 0 && only?.start === month.start && only.end === month.end;
}

function scheduleNo(
  schedules: Map<string, { schedule_no: number; spans: readonly Span[] }>,
  spans: readonly Span[],
): number {
  const key = spans.map(({ start, end }) => `${start} ${end}`).join(",");
  const known = schedules.get(key) ?? { schedule_no: schedules.size + 1, spans };
  schedules.set(key, known);
  return known.schedule_no;
}

function numbered(numbers: Map<string, number>, key: string): number {
  const known = numbers.get(key) ?? numbers.size + 1;
  numbers.set(key, known);
  return known;
}
