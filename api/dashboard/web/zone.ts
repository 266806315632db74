/** Months as people name them. */
const monthNames = "January February March April May June July August September October November December".split(" ");
const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-10` → `October 2026`. */
export function showPeriod(period: string): string {
  const [year = "", month = ""] = period.split("-");
  return `${monthNames[Number(month) - 1] ?? month} ${year}`;
}

/** `2026-10-22` → `22 October`. */
export function showDay(day: string): string {
  const [, month = "", date = ""] = day.split("-");
  return `${Number(date)} ${monthNames[Number(month) - 1] ?? month}`;
}

/** The month so many after `period`: `2026-12`, 1 → `2027-01`. */
export function monthAfter(period: string, months: number): string {
  const [year = 0, month = 1] = period.split("-").map(Number);
  const no = year * 12 + month - 1 + months;
  return `${Math.floor(no / 12)}-${String((no % 12) + 1).padStart(2, "0")}`;
}

/** A moment on the clocks of a zone, to the minute: `2026-11-01 00:00`. The zone stands beside it, always. */
export function showMoment(at: string | number, zone: string): string {
  const { year, month, day, hour, minute } = partsOf(typeof at === "number" ? at : Date.parse(at), zone);
  return `${year}-${month}-${day} ${hour}:${minute}`;
}

/** The day a moment lies on in a zone: `2026-10-31`. */
function dayOf(at: number, zone: string): string {
  return showMoment(at, zone).slice(0, 10);
}

/** The month a moment lies in. */
export function monthOf(at: number, zone: string): string {
  return showMoment(at, zone).slice(0, 7);
}

/** When a day begins in a zone, Unix ms: its midnight, or the first moment of it where clocks leap over midnight. */
export function startOfDay(day: string, zone: string): number {
  const near = Date.parse(`${day}T00:00:00Z`);
  // No zone is further than 15 hours from UTC; offsets are whole seconds.
  let [before, after] = [near - 57_600_000, near + 57_600_000];
  while (after - before > 1000) {
    const between = Math.floor((before + after) / 2000) * 1000;
    if (dayOf(between, zone) >= day) after = between;
    else before = between;
  }
  return after;
}

/** A month in a zone as the API takes a range: from the first day's start to the next month's. */
export function monthRange(period: string, zone: string): { readonly from: string; readonly to: string } {
  return {
    from: toInstant(startOfDay(`${period}-01`, zone)),
    to: toInstant(startOfDay(`${monthAfter(period, 1)}-01`, zone)),
  };
}

/** All days of a month. */
export function daysOf(period: string): string[] {
  const [year = 0, month = 1] = period.split("-").map(Number);
  const count = Math.round((Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / 86_400_000);
  return Array.from({ length: count }, (_, index) => `${period}-${String(index + 1).padStart(2, "0")}`);
}

/** A moment in RFC 3339, UTC, to the millisecond. */
export function toInstant(at: number): string {
  const { year, month, day, hour, minute, second } = partsOf(at, "UTC");
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${String(((at % 1000) + 1000) % 1000).padStart(3, "0")}Z`;
}

/** Whether the browser knows a zone by this name. */
export function isZone(name: string): boolean {
  try {
    return name !== "" && formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

function partsOf(at: number, zone: string): Record<"year" | "month" | "day" | "hour" | "minute" | "second", string> {
  const found = { year: "", month: "", day: "", hour: "", minute: "", second: "" };
  for (const { type, value } of formatOf(zone).formatToParts(at)) {
    if (type in found) found[type as keyof typeof found] = value;
  }
  return found;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const digits = "2-digit";
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    calendar: "iso8601",
    hourCycle: "h23",
    year: "numeric",
    month: digits,
    day: digits,
    hour: digits,
    minute: digits,
    second: digits,
  });
  formats.set(zone, made);
  return made;
}
