import type { Statement } from "../../rating/index.ts";

const columns = [
  "period",
  "statement_id",
  "payer_account_id",
  "account_id",
  "account",
  "kind",
  "description",
  "usage_type",
  "tariff_id",
  "quantity",
  "unit",
  "unit_price",
  "currency",
  "amount",
  "exact_amount",
  "rounding",
  "adjusts_period",
  "adjusts_statement_id",
  "adjusts_line",
];

/** Statement lines as CSV (RFC 4180, lines end in CRLF), a heading first. */
export function* csvLines(statements: Iterable<Statement>, nameOf: (account_id: string) => string): Generator<string> {
  yield toLine(columns);
  for (const { id, period, payer_account_id, currency, lines } of statements) {
    for (const line of lines) {
      const owner = [payer_account_id, line.account_id, nameOf(line.account_id), line.kind, line.description];
      const priced = [
        String(line.usage_type ?? ""),
        line.tariff_id ?? "",
        line.quantity,
        line.unit,
        line.unit_price ?? "",
      ];
      const { adjusts } = line;
      const corrected = [adjusts?.period ?? "", adjusts?.statement_id ?? "", String(adjusts?.line ?? "")];
      const sums = [currency, line.amount, line.exact_amount, line.rounding];
      yield toLine([period, id, ...owner, ...priced, ...sums, ...corrected]);
    }
  }
}

const DECIMAL = /^-?\d+(\.\d+)?$/;

/**
 * One field. A text that a spreadsheet would take for a formula gets an apostrophe in front: names come from events, so
 * from anybody. Negative figures stay figures.
 */
export function csvField(text: string): string {
  const tame = /^[=+\-@\t\r]/.test(text) && !DECIMAL.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}

function toLine(fields: readonly string[]): string {
  return `${fields.map(csvField).join(",")}\r\n`;
}
