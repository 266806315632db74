import Type, { type Static } from "typebox";
import { minorUnit } from "../core/currencies.ts";
import { Dec, dec, formatDecimal, formatFixed } from "../core/decimal.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";

/** One price applied to one account's use; `quantity` counts units (9 decimals), `base_quantity` ms or byte·ms. */
export const StatementLine = Type.Object({
  line: Type.Integer(),
  kind: Type.Union([Type.Literal("usage"), Type.Literal("unrated")]),
  account_id: Type.String(),
  usage_type: Type.Integer(),
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
});
export type StatementLine = Static<typeof StatementLine>;

/** What a payer owes for a period. Neither run nor clock shows in it: the same bill is the same bytes (P1). */
export const Statement = Type.Object({
  id: Type.String(),
  number: Type.Union([Type.String(), Type.Null()]),
  payer_account_id: Type.String(),
  period: Type.String(),
  currency: Type.String(),
  state: Type.Literal("draft"),
  lines: Type.Array(StatementLine),
  net: Type.String(),
  taxes: Type.Array(Type.Object({ name: Type.String(), rate: Type.String(), amount: Type.String() })),
  total: Type.String(),
  credits_applied: Type.String(),
  payable: Type.String(),
});
export type Statement = Static<typeof Statement>;

/** Statements of the rating run that counts for each period. */
export interface Statements {
  /** By payer; `after` is the payer of the last statement of the page before. */
  list(options: { period: string; payer_account_id?: string; after?: string; limit: number }): Promise<Statement[]>;
  get(id: string): Promise<Statement | null>;
}

const LineRow = Type.Object({
  id: Type.String(),
  payer_account_id: Type.String(),
  period: Type.String(),
  currency: Type.String(),
  line: Type.Integer(),
  kind: StatementLine.properties.kind,
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
});
type LineRow = Static<typeof LineRow>;

const selectLines = defineQuery(
  "rating/statement_lines",
  Type.Object({
    period: Type.String(),
    id: Type.String(),
    payer_account_id: Type.String(),
    after: Type.String(),
    limit: Type.Integer(),
  }),
  LineRow,
);
const ID = /^st_(\d{4})(\d{2})_[0-9a-f]{32}$/;

/** Statements on the store. */
export function createStatements({ store }: { store: Store }): Statements {
  return {
    list: async ({ period, payer_account_id = "", after = "", limit }) =>
      toStatements(await selectLines(store.read, { period, id: "", payer_account_id, after, limit })),
    get: async (id) => {
      const named = ID.exec(id);
      if (named === null) return null;
      const period = `${named[1]}-${named[2]}`;
      const [found] = toStatements(
        await selectLines(store.read, { period, id, payer_account_id: "", after: "", limit: 1 }),
      );
      return found ?? null;
    },
  };
}

function toStatements(rows: readonly LineRow[]): Statement[] {
  const byId = new Map<string, LineRow[]>();
  for (const row of rows) {
    const known = byId.get(row.id);
    if (known === undefined) byId.set(row.id, [row]);
    else known.push(row);
  }
  return [...byId.values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [toStatement(first, [first, ...rest])],
  );
}

function toStatement({ id, payer_account_id, period, currency }: LineRow, rows: readonly LineRow[]): Statement {
  const decimals = minorUnit(currency);
  const sum = rows.reduce((total, row) => total.plus(dec(row.amount)), new Dec(0));
  const net = formatFixed(sum, decimals);
  const head = { id, number: null, payer_account_id, period, currency, state: "draft" as const };
  const lines = rows.map((row) => toLine(row, decimals));
  return {
    ...head,
    lines,
    net,
    taxes: [],
    total: net,
    credits_applied: formatFixed(new Dec(0), decimals),
    payable: net,
  };
}

function toLine(row: LineRow, decimals: number): StatementLine {
  const { id: _id, payer_account_id: _payer, period: _period, currency: _currency, unit_base, ...line } = row;
  const rated = row.kind === "usage";
  return {
    ...line,
    tariff_id: rated ? row.tariff_id : null,
    component: rated ? row.component : null,
    tier: rated ? row.tier : null,
    quantity: formatFixed(dec(row.base_quantity).div(dec(unit_base)), 9),
    unit_price: rated ? formatDecimal(dec(row.unit_price)) : null,
    amount: formatFixed(dec(row.amount), decimals),
  };
}
