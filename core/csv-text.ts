/** What a spreadsheet would compute: a sign it takes for a formula, blanks before it or not, in full width too; a tab or an end of line at the start. */
const FORMULA = /^(?:[\s\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/u;

/**
 * A text that a spreadsheet would take for a formula with an apostrophe before it, any other as it is: names come from anybody. Figures are no
 * texts. The same as function formula_safe in sql/views. Pure.
 */
export function formulaSafe(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** A text as a field of CSV (RFC 4180), no formula whatever it is. Pure. */
export function csvText(text: string): string {
  const safe = formulaSafe(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
