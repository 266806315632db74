import { expect } from "vitest";
import { Dec } from "../../../core/decimal.ts";
import type { ExplainedPrice, ExplainedRecord, Explanation } from "../../../rating/index.ts";

const sum = (values: readonly string[]): Dec => values.reduce((all, value) => all.plus(value), new Dec(0));

/** R(P(c)) from what an explanation prints of a price, and from nothing else. */
function priceOf({ curve, decimals }: Pick<ExplainedPrice, "curve" | "decimals">, c: string): string {
  const prices = curve.tiers.map(({ from, to, rate }) => {
    const taken = Dec.max(0, Dec.min(c, to ?? c).minus(from));
    const units = taken.div(curve.per);
    return (curve.whole_steps ? units.ceil() : units).times(rate);
  });
  return Dec.sum(...prices).toFixed(decimals, Dec.ROUND_HALF_UP);
}

/** Holds a whole line to its records, all of which are given: Σ records = line, and the line to its rounding. */
export function lineReconciles({ line }: Explanation, records: readonly ExplainedRecord[]): void {
  const at = `line ${line.line}`;
  expect(records, at).toHaveLength(Number(line.records));
  expect(sum(records.map(({ amount }) => amount)).toFixed(9), at).toBe(line.exact_amount);
  expect(sum(records.map(({ quantity }) => quantity)).toFixed(), at).toBe(line.base_quantity);
  expect(new Dec(line.exact_amount).toFixed(line.decimals, Dec.ROUND_HALF_UP), at).toBe(line.amount);
  expect(new Dec(line.amount).minus(line.exact_amount).toFixed(9), at).toBe(line.rounding);
}

/** Holds a record to its price and to the usage, slices and events below it. `known` are the events that were sent, as source id. */
export function recordReconciles(
  record: ExplainedRecord,
  of: { prices: readonly ExplainedPrice[]; known: ReadonlySet<string> },
): void {
  const { part_priced: part, usage_record: used, slices } = record;
  const at = record.id;
  const price = of.prices.find(({ tariff_no }) => tariff_no === record.tariff_no);
  if (record.state === "rated") {
    if (price === undefined) throw new Error(`${at} has no price`);
    expect(price.tariff, at).toMatchObject({
      tariff_id: record.tariff_id,
      version: record.tariff_version,
      component: record.component,
    });
    expect(priceOf(price, record.from_quantity), at).toBe(record.price_from);
    expect(priceOf(price, record.to_quantity), at).toBe(record.price_to);
  } else
    expect([record.tariff_no, record.price_from, record.price_to], at).toEqual([null, "0.000000000", "0.000000000"]);
  expect(new Dec(record.price_to).minus(record.price_from).toFixed(9), at).toBe(record.amount);
  expect(new Dec(record.to_quantity).minus(record.from_quantity).toFixed(), at).toBe(record.quantity);
  expect(new Dec(part.to_quantity).minus(part.from_quantity).toFixed(), at).toBe(part.quantity);
  expect(slices.quantity, at).toBe(part.quantity);
  expect(sum(slices.shown.map(({ quantity }) => quantity)).toFixed(), at).toBe(slices.quantity);
  expect([slices.count, slices.more], at).toEqual([slices.shown.length.toString(), "0"]);
  expect(sum(used.published.map(({ quantity }) => quantity)).toFixed(), at).toBe(used.quantity);
  const whole = part.start === used.window.start && part.end === used.window.end;
  if (whole) expect([used.quantity, used.slices], at).toEqual([part.quantity, slices.shown.length]);
  for (const slice of slices.shown) {
    expect(slice.from >= part.start && slice.to <= part.end && slice.from < slice.to, at).toBe(true);
    expect(of.known.has(`${slice.opened.source} ${slice.opened.id}`), `${at} opened by ${slice.opened.id}`).toBe(true);
    if (slice.closed === null) expect(slice.to, `${at} goes on`).toBe(part.end);
    else
      expect(of.known.has(`${slice.closed.source} ${slice.closed.id}`), `${at} closed by ${slice.closed.id}`).toBe(
        true,
      );
  }
}
