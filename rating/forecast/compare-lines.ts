import { minorUnit } from "../../core/currencies.ts";
import { Dec, dec, formatFixed } from "../../core/decimal.ts";
import { type Measure, outlookOf } from "../../core/usage-type.ts";
import type { AccountForecast, ForecastLine, PayerForecast } from "./forecast.ts";
import type { RatedLine } from "./forecast-period.ts";

/** The same line now and at the end; null = there is none. */
interface Pair {
  readonly now: RatedLine | null;
  readonly end: RatedLine | null;
}

/** Holds the lines of a bill as it would be now against those expected at its end, by account and payer. Pure. */
export function compareLines(
  so_far: readonly RatedLine[],
  forecast: readonly RatedLine[],
  measures: ReadonlyMap<number, Measure>,
): { payers: PayerForecast[]; accounts: Omit<AccountForecast, "period_from" | "period_to">[] } {
  const ended = new Map(forecast.map((line) => [keyOf(line), line]));
  const begun = new Map(so_far.map((line) => [keyOf(line), line]));
  const pairs = [...new Map([...ended, ...begun]).keys()].map((key): Pair => ({
    now: begun.get(key) ?? null,
    end: ended.get(key) ?? null,
  }));
  const accounts = [...groupBy(pairs, ({ payer_account_id, account_id }) => [payer_account_id, account_id])].map(
    (of) => {
      const { payer_account_id, account_id, currency } = lineOf(first(of));
      return { payer_account_id, account_id, ...sums(of, currency), lines: of.map((pair) => toLine(pair, measures)) };
    },
  );
  const payers = [...groupBy(pairs, ({ payer_account_id }) => [payer_account_id])].map((of) => {
    const { payer_account_id, currency } = lineOf(first(of));
    return { payer_account_id, ...sums(of, currency) };
  });
  return { payers, accounts };
}

function keyOf(line: RatedLine): string {
  const { payer_account_id, account_id, kind, usage_type, tariff_id, component, tier, charge_id, description } = line;
  return JSON.stringify([
    payer_account_id,
    account_id,
    kind,
    usage_type,
    tariff_id,
    component,
    tier,
    charge_id,
    description,
  ]);
}

/** Groups in the order of their keys, pairs within in the order given. */
function groupBy(pairs: readonly Pair[], key: (line: RatedLine) => readonly string[]): Pair[][] {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const name = key(lineOf(pair)).join("\n");
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [pair]);
    else known.push(pair);
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, of]) => of);
}

function first(of: readonly Pair[]): Pair {
  return of[0] ?? { now: null, end: null };
}

function lineOf({ now, end }: Pair): RatedLine {
  const line = end ?? now;
  if (line === null) throw new Error("a pair has a line");
  return line;
}

function sums(of: readonly Pair[], currency: string): { currency: string; so_far: string; forecast: string } {
  const sum = (read: (pair: Pair) => RatedLine | null): string =>
    formatFixed(
      of.reduce((total, pair) => total.plus(dec(read(pair)?.amount ?? "0")), new Dec(0)),
      minorUnit(currency),
    );
  return { currency, so_far: sum(({ now }) => now), forecast: sum(({ end }) => end) };
}

function toLine(pair: Pair, measures: ReadonlyMap<number, Measure>): ForecastLine {
  const line = lineOf(pair);
  const { kind, usage_type, tariff_id, component, tier, charge_id, description, unit, unit_base, currency } = line;
  const quantity = (of: RatedLine | null): string => formatFixed(dec(of?.quantity ?? "0").div(dec(unit_base)), 9);
  const amount = (of: RatedLine | null): string => formatFixed(dec(of?.amount ?? "0"), minorUnit(currency));
  return {
    kind,
    usage_type: usage_type === 0 ? null : usage_type,
    tariff_id: tariff_id === "" ? null : tariff_id,
    component: component === "" ? null : component,
    tier: kind === "usage" ? tier : null,
    charge_id: charge_id === "" ? null : charge_id,
    description,
    unit,
    basis: basisOf(kind, measures.get(usage_type)),
    so_far_quantity: quantity(pair.now),
    forecast_quantity: quantity(pair.end),
    so_far: amount(pair.now),
    forecast: amount(pair.end),
  };
}

/** What a line rests on. */
function basisOf(kind: string, measure: Measure | undefined): ForecastLine["basis"] {
  const isUse = kind === "usage" || kind === "unrated";
  return isUse && measure !== undefined ? outlookOf(measure) : "charge";
}
