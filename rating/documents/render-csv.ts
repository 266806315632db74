import { csvText as text } from "../../core/csv-text.ts";
import type { Shown } from "./lay-out.ts";
import type { Statement } from "../statement.ts";

const columns = [
  "statement_id",
  "number",
  "kind",
  "state",
  "payer_account_id",
  "period",
  "line",
  "line_kind",
  "account_id",
  "account",
  "usage_type",
  "tariff_id",
  "component",
  "description",
  "quantity",
  "unit",
  "unit_price",
  "currency",
  "amount",
  "exact_amount",
  "rounding",
  "tax_rate_id",
  "adjusts_period",
  "adjusts_statement_id",
  "adjusts_line",
];

/** The lines of a statement as CSV. Pure. */
export function renderCsv(document: Statement, { names }: Pick<Shown, "names">): string {
  return [...csvLines([document], (account_id) => names.get(account_id) ?? "")].join("");
}

/**
 * The lines of statements, RFC 4180, a heading first. What a spreadsheet would take for a formula is given an apostrophe, figures alone
 * not: a minus before digits is a number.
 */
export function* csvLines(statements: Iterable<Statement>, nameOf: (account_id: string) => string): Generator<string> {
  yield `${columns.join(",")}\r\n`;
  for (const { id, number, kind, state, payer_account_id, period, currency, lines } of statements)
    for (const line of lines) {
      const row = [
        text(id),
        text(number ?? ""),
        text(kind),
        text(state),
        text(payer_account_id),
        text(period),
        String(line.line),
        text(line.kind),
        text(line.account_id),
        text(nameOf(line.account_id)),
        line.usage_type === null ? "" : String(line.usage_type),
        text(line.tariff_id ?? ""),
        text(line.component ?? ""),
        text(line.description),
        line.quantity,
        text(line.unit),
        line.unit_price ?? "",
        text(currency),
        line.amount,
        line.exact_amount,
        line.rounding,
        text(line.tax_rate_id ?? ""),
        text(line.adjusts?.period ?? ""),
        text(line.adjusts?.statement_id ?? ""),
        line.adjusts === null || line.adjusts.line === null ? "" : String(line.adjusts.line),
      ];
      yield `${row.join(",")}\r\n`;
    }
}
