import type { Shown } from "./lay-out.ts";
import type { Statement } from "../statements.ts";

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
  "tax_rate_id",
  "adjusts_period",
  "adjusts_statement_id",
  "adjusts_line",
];

/**
 * The lines of a statement, RFC 4180. What a spreadsheet would take for a formula is given an apostrophe, figures alone not: a minus
 * before digits is a number. Pure.
 */
export function renderCsv(document: Statement, { names }: Pick<Shown, "names">): string {
  const { id, number, kind, state, payer_account_id, period, currency, lines } = document;
  const rows = lines.map((line) => [
    text(id),
    text(number ?? ""),
    text(kind),
    text(state),
    text(payer_account_id),
    text(period),
    String(line.line),
    text(line.kind),
    text(line.account_id),
    text(names.get(line.account_id) ?? ""),
    line.usage_type === null ? "" : String(line.usage_type),
    text(line.tariff_id ?? ""),
    text(line.component ?? ""),
    text(line.description),
    line.quantity,
    text(line.unit),
    line.unit_price ?? "",
    text(currency),
    line.amount,
    text(line.tax_rate_id ?? ""),
    text(line.adjusts?.period ?? ""),
    text(line.adjusts?.statement_id ?? ""),
    line.adjusts === null || line.adjusts.line === null ? "" : String(line.adjusts.line),
  ]);
  return [columns, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

/** A text that is none of ours: a spreadsheet must not compute it. */
function text(value: string): string {
  const safe = /^[\s\u00a0]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
