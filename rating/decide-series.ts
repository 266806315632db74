import { sharePool } from "./models/pool.ts";
import type { PriceCurve } from "./models/curve.ts";
import { nanoPrice } from "./price.ts";
import type { ListedPrice } from "./price-list.ts";
import { priceForTotal } from "./prices.ts";
import { validity } from "./tariff.ts";

/** What an account used in the whole period under a price that the total decides, base units. */
export interface SeriesTotal {
  readonly account_no: number;
  readonly payer_no: number;
  readonly price_no: number;
  readonly quantity: bigint;
}

/** The curve on which an account's own quantity of a price is priced. */
export interface OwnCurve {
  readonly account_no: number;
  readonly price_no: number;
  readonly curve: PriceCurve;
}

/** Whether the total of a period decides what a unit of this price costs. */
export function needsTotal({ choices, pool_no }: ListedPrice): boolean {
  return choices.length > 1 || pool_no > 0;
}

/**
 * Picks the tier of each volume by its total, and shares what each pool costs. A pool is what the accounts of one payer use of one tariff
 * of one card. `totals` in the order of account ids.
 */
export function decideSeries(prices: readonly ListedPrice[], totals: readonly SeriesTotal[]): OwnCurve[] {
  const byNo = new Map(prices.map((price) => [price.price_no, price]));
  const pools = new Map<string, Member[]>();
  const own: OwnCurve[] = [];
  const reached = seriesTotals(byNo, totals);
  for (const total of totals) {
    const price = byNo.get(total.price_no);
    if (price === undefined) throw new Error(`a total of price ${total.price_no}, which is not on the list`);
    if (price.pool_no === 0) {
      const { curve } = priceForTotal(price.choices, reached.get(seriesKey(price, total)) ?? total.quantity);
      own.push({ account_no: total.account_no, price_no: total.price_no, curve });
      continue;
    }
    const key = `${total.payer_no}/${price.pool_no}`;
    pools.set(key, [...(pools.get(key) ?? []), { price, total }]);
  }
  return [...own, ...[...pools.values()].flatMap(sharePieces)];
}

/** Over all versions of a tariff, whose quantity runs on. */
function seriesTotals(byNo: ReadonlyMap<number, ListedPrice>, totals: readonly SeriesTotal[]): Map<string, bigint> {
  const reached = new Map<string, bigint>();
  for (const total of totals) {
    const price = byNo.get(total.price_no);
    if (price === undefined) continue;
    const key = seriesKey(price, total);
    reached.set(key, (reached.get(key) ?? 0n) + total.quantity);
  }
  return reached;
}

function seriesKey({ series_no }: ListedPrice, { account_no }: SeriesTotal): string {
  return `${account_no}/${series_no}`;
}

interface Member {
  readonly price: ListedPrice;
  readonly total: SeriesTotal;
}

// The pool's quantity runs on over the versions of its tariff, one after the other; what each version takes of it is shared by use in it.
function sharePieces(members: readonly Member[]): OwnCurve[] {
  const starts = [...new Set(members.map(startOf))].toSorted((a, b) => a - b);
  const whole = members.reduce((sum, { total }) => sum + total.quantity, 0n);
  let former = 0n;
  return starts.flatMap((start) => {
    const piece = members.filter((member) => startOf(member) === start);
    const [first] = piece;
    if (first === undefined) return [];
    const reached = piece.reduce((sum, { total }) => sum + total.quantity, former);
    const { curve } = priceForTotal(first.price.choices, whole);
    const cost = nanoPrice(curve, reached) - nanoPrice(curve, former);
    former = reached;
    const uses = piece.map(({ total }) => ({ account_no: total.account_no, used: total.quantity }));
    return sharePool(cost, uses).map(({ account_no, curve: own }, index) => ({
      account_no,
      price_no: piece[index]?.total.price_no ?? 0,
      curve: own,
    }));
  });
}

// When the version begins to hold, as the card says it: the same for accounts whose months begin at other instants.
function startOf({ price }: Member): number {
  return validity(price.tariff).from_ms;
}
