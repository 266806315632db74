/** `1234567.5` → `1,234,567.5`: digits stay digits, only grouped for reading. */
export function groupDigits(decimal: string): string {
  const [whole = "", fraction] = decimal.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** An amount with its currency, as a reader expects it: `1,234.50 EUR`. */
export function showAmount({ amount, currency }: { readonly amount: string; readonly currency: string }): string {
  return `${groupDigits(amount)} ${currency}`;
}

/** A decimal without zeros at its end: `24.000` → `24`. */
export function trimZeros(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}

/** A quantity for a glance: grouped, without what lies below a tenth. The exact one stands in the table beside it. */
export function showRoughly(decimal: string): string {
  const [whole = "0", fraction = ""] = decimal.split(".");
  const small = whole.replace("-", "").length <= 2 && fraction !== "";
  return small ? trimZeros(`${whole}.${fraction.slice(0, 1)}`) : groupDigits(whole);
}

/** The exact sum of decimals, none = 0. */
export function sumOf(decimals: readonly string[]): string {
  const scale = Math.max(0, ...decimals.map((one) => (one.split(".")[1] ?? "").length));
  return fromUnits(
    decimals.reduce((sum, one) => sum + toUnits(one, scale), 0n),
    scale,
  );
}

/** With as many decimals as another amount of the same currency has. */
export function alike(amount: string, other: string): string {
  return sumOf([amount, other.replace(/[1-9]/g, "0")]);
}

/** No amount of a currency, with the decimals it has: `0.00` EUR, `0` JPY. */
export function nothingIn(currency: string): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return (0).toFixed(format.resolvedOptions().maximumFractionDigits ?? 2);
}

/** `after` − `before`, exact. */
export function differenceOf(after: string, before: string): string {
  return sumOf([after, before.startsWith("-") ? before.slice(1) : `-${before}`]);
}

/** By how much of `before` it grew, in whole percent, with its sign; '' where there was nothing to compare with. */
export function shareOf(difference: string, before: string): string {
  const base = Number(before);
  if (base === 0) return "";
  const percent = Math.round((Number(difference) / Math.abs(base)) * 100);
  return `${percent > 0 ? "+" : ""}${percent} %`;
}

/** With a plus before what is more than nothing. */
export function signed(decimal: string): string {
  return /^-|^[0.]+$/.test(decimal) ? groupDigits(decimal) : `+${groupDigits(decimal)}`;
}

/** `RUNNING_VM` as a person would write it: Running VM. */
export function typeTitle(name: string): string {
  const words = name.split("_").map((word) => (/^(VM|IP|ISO|VPN|NAT)$/.test(word) ? word : word.toLowerCase()));
  const text = words.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `not-closed` → `Not closed`. */
export function wordsOf(key: string): string {
  const text = key.replace(/[-_]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `1 line`, `2 lines`. */
export function countOf(count: number | string, one: string, many = `${one}s`): string {
  return `${groupDigits(String(count))} ${String(count) === "1" ? one : many}`;
}

/** Who asked, by name: without the id of the key or the job that stands behind it; a dash where nobody was named. */
export function personOf(asked_by: string | null): string {
  return asked_by === null ? "–" : asked_by.replace(/ \([\w-]+\)$/, "");
}

/** Bytes for a glance: `1.4 MiB`. */
export function showBytes(bytes: string): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = Number(bytes);
  let at = 0;
  for (; size >= 1024 && at < units.length - 1; at += 1) size /= 1024;
  return `${at === 0 ? size : size.toFixed(1)} ${units[at] ?? ""}`;
}

/** What lies between two moments, for a glance: `5 min`, `3 h`, `2 days`. */
export function showSpan(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.round(ms / 1000))} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(ms / 3_600_000);
  return hours < 48 ? `${hours} h` : `${Math.round(ms / 86_400_000)} days`;
}

function toUnits(decimal: string, scale: number): bigint {
  const [whole = "0", fraction = ""] = decimal.replace("-", "").split(".");
  const units = BigInt(whole + fraction.padEnd(scale, "0"));
  return decimal.startsWith("-") ? -units : units;
}

function fromUnits(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}
