/** `1234567.5` → `1,234,567.5`: digits stay digits, only grouped for reading. */
export function groupDigits(decimal: string): string {
  const [whole = "", fraction] = decimal.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** An amount with its currency, as a reader expects it: `1,234.50 EUR`. */
export function showAmount({ amount, currency }: { amount: string; currency: string }): string {
  return `${groupDigits(amount)} ${currency}`;
}

/** A quantity for a glance: grouped, without what lies below a tenth. The exact one stands on the statement. */
export function showRoughly(decimal: string): string {
  const [whole = "0", fraction = ""] = decimal.split(".");
  return whole.replace("-", "").length > 2 || fraction === "" ? groupDigits(whole) : `${whole}.${fraction.slice(0, 1)}`;
}

/** `2026-10` → `October 2026`. */
export function showPeriod(period: string): string {
  const [year = "", month = ""] = period.split("-");
  return `${months[Number(month) - 1] ?? month} ${year}`;
}

/** `2026-10-22` → `22 October`. */
export function showDay(day: string): string {
  const [, month = "", date = ""] = day.split("-");
  return `${Number(date)} ${months[Number(month) - 1] ?? month}`;
}

/** An instant to the minute, UTC: `2026-11-01 00:00 UTC`. */
export function showInstant(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
