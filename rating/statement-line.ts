import Type, { type Static } from "typebox";
import { dec, formatDecimal, formatFixed } from "../core/decimal.ts";
import { ChargeKind } from "./charges/charge.ts";

const Charged = Type.Object({
  charge_id: Type.String(),
  rate_card_id: Type.String(),
  version: Type.Integer({ description: "of its rate card" }),
  scope: Type.Union([Type.Literal("account"), Type.Literal("payer")], { description: "whose lines it is about" }),
  base: Type.String({
    description: "what it was worked out from: the net of the lines it is about, or what was left of the reduced one",
  }),
  percent: Type.Union([Type.String(), Type.Null()]),
  overage_factor: Type.Union([Type.String(), Type.Null()]),
  amount: Type.Union([Type.String(), Type.Null()], {
    description: "fee, limit or discount, for the days of the month",
  }),
  days: Type.Integer({ description: "on which the account was there and the charge valid" }),
  of_days: Type.Integer(),
  of_line: Type.Union([Type.Integer(), Type.Null()], { description: "the line that a discount reduces" }),
});

const OriginalKind = Type.Union([Type.Literal("usage"), Type.Literal("unrated"), ...ChargeKind.anyOf]);
const Adjusts = Type.Object({
  period: Type.String(),
  statement_id: Type.String({ description: "the original" }),
  line: Type.Union([Type.Integer(), Type.Null()], { description: "of the original; null = it has no such line" }),
  kind: OriginalKind,
});

/**
 * One price applied to one account's use; `quantity` counts units (9 decimals), `base_quantity` ms or byte·ms. An adjustment is a
 * difference: to what has been billed for a line of a closed period.
 */
export const PricedLine = Type.Object({
  line: Type.Integer(),
  kind: Type.Union([...OriginalKind.anyOf, Type.Literal("adjustment")]),
  account_id: Type.String({ description: "of a charge of its payer as a whole: the payer" }),
  usage_type: Type.Union([Type.Integer(), Type.Null()], { description: "null = a charge that is of none" }),
  tariff_id: Type.Union([Type.String(), Type.Null()]),
  component: Type.Union([Type.String(), Type.Null()]),
  tier: Type.Union([Type.Integer(), Type.Null()]),
  description: Type.String(),
  quantity: Type.String(),
  unit: Type.String(),
  base_quantity: Type.String(),
  unit_price: Type.Union([Type.String(), Type.Null()]),
  exact_amount: Type.String(),
  amount: Type.String(),
  rounding: Type.String(),
  charge: Type.Union([Charged, Type.Null()], { description: "what a line is by that is no price of use" }),
  adjusts: Type.Union([Adjusts, Type.Null()], { description: "what an adjustment corrects" }),
});
export type PricedLine = Static<typeof PricedLine>;

/** A line as it stands on a statement. */
export const StatementLine = Type.Object({
  ...PricedLine.properties,
  tax_rate_id: Type.Union([Type.String(), Type.Null()], {
    description: "the rate that holds for it; null = it is not taxed",
  }),
});
export type StatementLine = Static<typeof StatementLine>;

/** The columns of a line that say what charge it is by. */
export const ChargeColumns = {
  scope: Charged.properties.scope,
  rate_card_id: Type.String(),
  charge_id: Type.String(),
  charge_version: Type.String(),
  of_line: Type.Integer(),
  base_amount: Type.String(),
  percent: Type.String(),
  factor: Type.String(),
  threshold: Type.String(),
  days: Type.Integer(),
  of_days: Type.Integer(),
};

/** The columns of a line that say what it corrects, where it is an adjustment. */
export const AdjustmentColumns = {
  adjusts_period: Type.String(),
  adjusts_kind: Type.Union([...OriginalKind.anyOf, Type.Literal("")]),
  adjusts_line: Type.Integer(),
  adjusts_statement: Type.String(),
};

/** The columns of a line of a statement, as it is shown. */
export const LineColumns = {
  line: Type.Integer(),
  kind: PricedLine.properties.kind,
  account_id: Type.String(),
  usage_type: Type.Integer(),
  tariff_id: Type.String(),
  component: Type.String(),
  tier: Type.Integer(),
  description: Type.String(),
  base_quantity: Type.String(),
  unit: Type.String(),
  unit_base: Type.String(),
  unit_price: Type.String(),
  exact_amount: Type.String(),
  amount: Type.String(),
  rounding: Type.String(),
  ...ChargeColumns,
  ...AdjustmentColumns,
};
type LineColumns = Static<Type.TObject<typeof LineColumns>>;

/** A line as it is shown, its amount with the currency's decimals. */
export function toLine(row: LineColumns, decimals: number): PricedLine {
  const { line, kind, account_id, usage_type, description, base_quantity, unit, unit_base, exact_amount, rounding } =
    row;
  const rated = (kind === "adjustment" ? row.adjusts_kind : kind) === "usage";
  return {
    line,
    kind,
    account_id,
    usage_type: usage_type === 0 ? null : usage_type,
    description,
    base_quantity,
    unit,
    exact_amount,
    rounding,
    tariff_id: rated ? row.tariff_id : null,
    component: row.component === "" ? null : row.component,
    tier: rated ? row.tier : null,
    quantity: formatFixed(dec(row.base_quantity).div(dec(unit_base)), 9),
    unit_price: rated ? formatDecimal(dec(row.unit_price)) : null,
    amount: formatFixed(dec(row.amount), decimals),
    charge: row.charge_id === "" || kind === "adjustment" ? null : toCharge(row, kind),
    adjusts: toAdjusts(row),
  };
}

function toAdjusts(row: Static<Type.TObject<typeof AdjustmentColumns>>): PricedLine["adjusts"] {
  const { adjusts_period: period, adjusts_statement: statement_id, adjusts_line: line, adjusts_kind: kind } = row;
  return kind === "" ? null : { period, statement_id, line: line === 0 ? null : line, kind };
}

function toCharge(row: Static<Type.TObject<typeof ChargeColumns>>, kind: PricedLine["kind"]): PricedLine["charge"] {
  const byPercent = kind === "percentage" || kind === "discount_percent";
  return {
    charge_id: row.charge_id,
    rate_card_id: row.rate_card_id,
    version: Number(row.charge_version),
    scope: row.scope,
    base: row.base_amount,
    percent: byPercent ? formatDecimal(dec(row.percent)) : null,
    overage_factor: kind === "commitment" ? formatDecimal(dec(row.factor)) : null,
    amount: byPercent ? null : row.threshold,
    days: row.days,
    of_days: row.of_days,
    of_line: row.of_line === 0 ? null : row.of_line,
  };
}
