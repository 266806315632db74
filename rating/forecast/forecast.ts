import Type, { type Static } from "typebox";

const Nullable = { text: Type.Union([Type.String(), Type.Null()]), number: Type.Union([Type.Integer(), Type.Null()]) };

/** Why a line is expected to come to what it says. */
const ForecastBasis = Type.Union([
  Type.Literal("runs-on"),
  Type.Literal("at-pace"),
  Type.Literal("as-it-is"),
  Type.Literal("charge"),
]);
type ForecastBasis = Static<typeof ForecastBasis>;

/** One line of a statement as it would be now, and as it will be. Amounts in the currency's minor unit, quantities in units (9 decimals). */
export const ForecastLine = Type.Object({
  kind: Type.String({ description: "as statement lines have it" }),
  usage_type: Nullable.number,
  tariff_id: Nullable.text,
  component: Nullable.text,
  tier: Nullable.number,
  charge_id: Nullable.text,
  description: Type.String(),
  unit: Type.String(),
  basis: Type.Union(ForecastBasis.anyOf, { description: "which of the assumptions it rests on" }),
  so_far_quantity: Type.String(),
  forecast_quantity: Type.String(),
  so_far: Type.String(),
  forecast: Type.String(),
});
export type ForecastLine = Static<typeof ForecastLine>;

const amounts = {
  currency: Type.String(),
  so_far: Type.String({ description: "what a bill of the period would say now, without corrections of closed months" }),
  forecast: Type.String({ description: "what it is expected to say once the period has ended, without them" }),
};

/** An account, or what its payer is charged as a whole; in the payer's currency. */
export const AccountForecast = Type.Object({
  payer_account_id: Type.String(),
  account_id: Type.String(),
  ...amounts,
  period_from: Type.String({ description: "the account's month, in its own zone" }),
  period_to: Type.String(),
  lines: Type.Array(ForecastLine),
});
export type AccountForecast = Static<typeof AccountForecast>;

/** A payer with all it pays for. */
export const PayerForecast = Type.Object({ payer_account_id: Type.String(), ...amounts });
export type PayerForecast = Static<typeof PayerForecast>;

/** What a forecast takes for granted, in words, by the `basis` of its lines. */
export const ForecastAssumptions = Type.Object({
  running: Type.String(),
  reported: Type.String(),
  kept: Type.String(),
  charges: Type.String(),
  corrections: Type.String(),
  rounding: Type.Literal("down", { description: "of expected quantities, in base units" }),
  pace_span_ms_min: Type.Integer({ description: "the least span of a pace" }),
});

/** The assumptions all forecasts make. */
export const assumptions: Static<typeof ForecastAssumptions> = {
  running:
    "runs-on: what is open at as_of (durations, capacities) stays open as it is until period_to; what is closed stays closed.",
  reported:
    "at-pace: what is reported (sums, counts, counters) and gauges go on until period_to at their average since period_from, or since the resource's first use where that is later. A resource that held something open and holds nothing now reports nothing more.",
  kept: "as-it-is: of what a window keeps one reading of (maximum, latest, number of different values) nothing more is expected.",
  charges:
    "charge: fees, discounts, minimums, caps and commitments are worked out from the lines as they are expected.",
  corrections:
    "Adjustments of closed months are no part of it: they are of those months, and stand on the bill as lines of their own.",
  rounding: "down",
  pace_span_ms_min: 3_600_000,
};

/** What a period comes to at its end, as far as can be told at `as_of`. */
export const Forecast = Type.Object({
  period: Type.String(),
  as_of: Type.String({ description: "when it was made: what came in by then is in it" }),
  bound: Type.Record(Type.String(), Type.String(), { description: "how much of the event log it has seen" }),
  assumptions: ForecastAssumptions,
  payers: Type.Array(PayerForecast, { description: "of those asked for; an account's alone where accounts were" }),
  accounts: Type.Array(AccountForecast),
  truncated: Type.Boolean({ description: "whether there are more accounts than the limit" }),
});
export type Forecast = Static<typeof Forecast>;
