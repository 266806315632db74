import Type, { type Static } from "typebox";
import type { Span } from "../../core/calendar.ts";
import { allocate, Dec, dec, formatFixed, RATING_SCALE } from "../../core/decimal.ts";
import { formatInstant, instant, type InstantMs, parseInstant } from "../../core/instant.ts";
import { accountMonth, accountMonthOf, alwaysIn } from "../../core/zone-timeline.ts";
import type { PricedCard } from "../cards/priced-card.ts";
import type { ConditionShape } from "../conditions/expression.ts";
import { matchCondition } from "../conditions/match-condition.ts";
import { readCondition } from "../conditions/read-condition.ts";
import { decideSeries, needsTotal, type SeriesTotal } from "../decide-series.ts";
import type { PriceCurve } from "../models/curve.ts";
import type { Plan } from "../plan.ts";
import { priceOnCurve } from "../price.ts";
import { cutsOf, type ListedPrice, listPrices } from "../price-list.ts";
import { refuse } from "../refuse.ts";
import { validity } from "../tariff.ts";

const Label = Type.Optional(Type.String({ maxLength: 1024 }));
const Pairs = Type.Optional(Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 4096 })));
const Whole = Type.String({ pattern: "^\\d{1,30}$" });
const Size = Type.Optional(Type.Union([Type.String({ pattern: "^\\d{1,18}$" }), Type.Null()]));

/** Use as somebody states it: so many base units of a usage type from `from` to `to`, of a resource of this shape. */
export const StatedUse = Type.Object(
  {
    usage_type: Type.Integer({ minimum: 1, maximum: 65_535 }),
    quantity: Type.String({ ...Whole, description: "base units of the usage type, such as ms" }),
    from: Type.String({ maxLength: 64 }),
    to: Type.String({ maxLength: 64 }),
    account_id: Type.Optional(
      Type.String({ maxLength: 256, description: "whose use runs on together; one account when left out" }),
    ),
    project_id: Label,
    zone: Label,
    offering: Label,
    template: Label,
    resource_type: Label,
    vm: Label,
    size: Size,
    virtual_size: Size,
    tags: Pairs,
    details: Pairs,
  },
  { additionalProperties: false },
);
export type StatedUse = Static<typeof StatedUse>;

/**
 * What one stated use, or the part of it between two changes of price, costs by one tariff, all tiers together; unrated where none prices
 * it: then without tariff and amount "0".
 */
export const PreviewLine = Type.Object({
  index: Type.Integer({ description: "of the stated use" }),
  account_id: Type.String(),
  from: Type.String({ description: "of the part of it that this price holds for" }),
  to: Type.String(),
  tariff_id: Type.Union([Type.String(), Type.Null()]),
  component: Type.Union([Type.String(), Type.Null()]),
  quantity: Type.String(),
  amount: Type.String(),
  state: Type.Union([Type.Literal("rated"), Type.Literal("unrated")]),
});
export type PreviewLine = Static<typeof PreviewLine>;

interface Use {
  readonly index: number;
  readonly account_id: string;
  readonly usage_type: number;
  readonly quantity: bigint;
  readonly span: Span;
  readonly shape: ConditionShape;
}

/**
 * Prices stated use by a card, as a rating run would price records of it: by the same prices, in the order of their begin, month by month in
 * `time_zone`; all accounts have one payer. Amounts have 9 decimals. Where a price changes within a use it is cut there, taken as used
 * evenly over its time, to the base unit by largest remainder: whoever knows better states two uses.
 * @throws AppError invalid-request for a use that reaches into another month, or is empty or unreadable
 */
export function previewUsage(
  uses: readonly StatedUse[],
  { card, currency, time_zone }: { card: PricedCard; currency: string; time_zone: string },
): PreviewLine[] {
  const timeline = alwaysIn(time_zone);
  const read = uses.map((use, index) => readUse(use, index));
  const months = new Map<string, Use[]>();
  for (const use of read) {
    const period = accountMonthOf(timeline, use.span.start);
    if (use.span.end > accountMonth(timeline, period).end)
      refuse(`usage/${use.index}/to`, formatInstant(use.span.end), `an instant in ${period}, as from is`);
    months.set(period, [...(months.get(period) ?? []), use]);
  }
  const lines = [...months].flatMap(([period, of]) => {
    const month = accountMonth(timeline, period);
    const tariffs = card.tariffs.filter(
      (tariff) =>
        tariff.currency === currency && validity(tariff).from_ms < month.end && validity(tariff).to_ms > month.start,
    );
    const zones = `0 ${time_zone}`;
    const head = { plan: 1, rate_card_id: card.rate_card_id, currency, timeline: zones, payer_timeline: zones };
    const plan: Plan = { ...head, month, tariffs };
    const { prices } = listPrices(period, [plan]);
    return priceMonth(
      of.flatMap((use) => cutUse(use, prices)),
      prices,
    );
  });
  // stable: the parts of a use stay in the order of time
  return lines.toSorted((a, b) => a.index - b.index);
}

/** Σ amounts, 9 decimals. */
export function previewTotal(lines: readonly PreviewLine[]): string {
  const total = lines.reduce((sum, { amount }) => sum.plus(dec(amount)), new Dec(0));
  return formatFixed(total, RATING_SCALE);
}

function priceMonth(uses: readonly Use[], prices: readonly ListedPrice[]): PreviewLine[] {
  const inOrder = uses.toSorted((a, b) => a.span.start - b.span.start || a.index - b.index);
  const accounts = [...new Set(uses.map(({ account_id }) => account_id))].toSorted();
  const numberOf = (account_id: string): number => accounts.indexOf(account_id) + 1;
  const priced = inOrder.map((use) => ({ use, holding: prices.filter((price) => holds(price, use)) }));
  const curves = ownCurves(priced, numberOf, prices);
  const reached = new Map<string, bigint>();
  return priced.flatMap(({ use, holding }): PreviewLine[] => {
    const { index, account_id, quantity, span } = use;
    const [from_at, to_at] = [formatInstant(span.start), formatInstant(span.end)];
    const head = { index, account_id, from: from_at, to: to_at, quantity: quantity.toString() };
    if (holding.length === 0)
      return [
        { ...head, tariff_id: null, component: null, amount: formatFixed(new Dec(0), RATING_SCALE), state: "unrated" },
      ];
    return holding.map((price) => {
      const series = `${account_id}/${price.series_no}`;
      const from = reached.get(series) ?? 0n;
      reached.set(series, from + quantity);
      const curve = curves.get(`${numberOf(account_id)}/${price.price_no}`) ?? price.choices[0]?.curve;
      if (curve === undefined) throw new Error(`price ${price.price_no} has no curve`);
      const parts = priceOnCurve(curve, from, from + quantity);
      const amount = parts.reduce((sum, part) => sum.plus(dec(part.amount)), new Dec(0));
      const { tariff_id, component } = price.tariff;
      return { ...head, tariff_id, component, amount: formatFixed(amount, RATING_SCALE), state: "rated" };
    });
  });
}

/** Curves that the month's totals decide, by account and price. */
function ownCurves(
  priced: readonly { readonly use: Use; readonly holding: readonly ListedPrice[] }[],
  numberOf: (account_id: string) => number,
  prices: readonly ListedPrice[],
): Map<string, PriceCurve> {
  const totals = new Map<string, SeriesTotal>();
  for (const { use, holding } of priced) {
    for (const { price_no } of holding.filter(needsTotal)) {
      const account_no = numberOf(use.account_id);
      const key = `${account_no}/${price_no}`;
      const quantity = (totals.get(key)?.quantity ?? 0n) + use.quantity;
      totals.set(key, { account_no, payer_no: 1, price_no, quantity });
    }
  }
  const inOrder = [...totals.values()].toSorted((a, b) => a.account_no - b.account_no || a.price_no - b.price_no);
  return new Map(
    decideSeries(prices, inOrder).map(({ account_no, price_no, curve }) => [`${account_no}/${price_no}`, curve]),
  );
}

/** The parts of a use between the changes of the prices that may hold for it. */
function cutUse(use: Use, prices: readonly ListedPrice[]): Use[] {
  const { span, quantity } = use;
  const edges = cutsOf(
    prices.filter((price) => fits(price, use)),
    span,
  );
  const spans = [span.start, ...edges].map((start, at) => ({
    start: instant(start),
    end: instant(edges[at] ?? span.end),
  }));
  const shares = allocate(
    quantity,
    spans.map(({ start, end }) => BigInt(end - start)),
  );
  return spans.map((part, at) => ({ ...use, span: part, quantity: shares[at] ?? 0n }));
}

function holds(price: ListedPrice, use: Use): boolean {
  const { start: at } = use.span;
  return fits(price, use) && price.spans.some(({ start, end }) => start <= at && at < end);
}

/** Whether a price is for what was used, whenever that was. */
function fits({ tariff, choices }: ListedPrice, { usage_type, shape }: Use): boolean {
  if (tariff.usage_type !== usage_type) return false;
  const matches = (text: string): boolean => matchCondition(readCondition(text, "condition"), shape);
  const [first] = choices;
  const except = [...tariff.except, ...(first?.except ?? [])];
  return matches(first?.condition ?? tariff.condition) && !except.some(matches);
}

function readUse(use: StatedUse, index: number): Use {
  const { usage_type, quantity, from, to, account_id = "", size, virtual_size, tags = {}, details = {} } = use;
  const { project_id = "", zone = "", offering = "", template = "", resource_type = "", vm = "" } = use;
  const bytes = (value: string | null | undefined): bigint | null =>
    value === undefined || value === null ? null : BigInt(value);
  const start = readInstant(`usage/${index}/from`, from);
  const end = readInstant(`usage/${index}/to`, to);
  if (end <= start) refuse(`usage/${index}/to`, to, "an instant after from");
  const labels = { project_id, zone, offering, template, resource_type, vm };
  const shape = { ...labels, size: bytes(size), virtual_size: bytes(virtual_size), tags, details };
  return { index, account_id, usage_type, quantity: BigInt(quantity), span: { start, end }, shape };
}

function readInstant(field: string, text: string): InstantMs {
  const at = parseInstant(text);
  if (at === null || at < 0) refuse(field, text, "an RFC 3339 instant with offset");
  return at;
}
