/** A point in time: whole Unix milliseconds, UTC. The only form of time inside the product (P5). */
export type InstantMs = number & { readonly __brand: "InstantMs" };

/**
 * Brands whole Unix milliseconds. Throws RangeError for a fraction, NaN or anything past 2^53, where arithmetic stops
 * being exact.
 */
export function instant(ms: number): InstantMs {
  if (!Number.isSafeInteger(ms)) throw new RangeError(`instant: ${ms} is not a whole number of milliseconds`);
  return (Object.is(ms, -0) ? 0 : ms) as InstantMs;
}

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const MINUTE_MS = 60_000;

/**
 * First millisecond of the year 0000 and last of 9999: what four digits can write, so that whatever parses can be
 * formatted again.
 */
const EARLIEST_MS = -62_167_219_200_000;
const LATEST_MS = 253_402_300_799_999;

/**
 * Reads RFC 3339 date-times (§5.6: any offset or Z is needed), or null where the text is anything else: a date alone,
 * no offset, 30 February, hour 24, a leap second. Digits finer than a millisecond are floored, before
 * 1970 too: the fraction always runs forward from its second.
 */
export function parseInstant(text: string): InstantMs | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [
    ,
    year = "",
    month = "",
    day = "",
    hour = "",
    minute = "",
    second = "",
    fraction = "",
    sign,
    offHour = "0",
    offMinute = "0",
  ] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  if (Number(offHour) > 23 || Number(offMinute) > 59) return null;

  // Date.UTC takes the years 0-99 for 1900-1999; setUTCFullYear does not. A day that does not exist rolls over and is
  // noticed.
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;

  const local =
    date.getTime() +
    ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 +
    Number(fraction.slice(0, 3).padEnd(3, "0"));
  const offset = (Number(offHour) * 60 + Number(offMinute)) * MINUTE_MS;
  const ms = sign === "-" ? local + offset : local - offset;
  return ms < EARLIEST_MS || ms > LATEST_MS ? null : instant(ms);
}

/** Writes `2026-10-01T10:12:00.000Z`: always three decimals and Z. Throws RangeError outside the years 0000 to 9999. */
export function formatInstant(ms: InstantMs): string {
  if (!(ms >= EARLIEST_MS && ms <= LATEST_MS))
    throw new RangeError(`formatInstant: ${ms} is outside the years 0000 to 9999`);
  return new Date(ms).toISOString();
}

/** Writes an instant that a statement gave: `"1791000000000"`, Unix ms as decimal text. */
export function formatMs(ms: string): string {
  return formatInstant(instant(Number(ms)));
}

/** For libraries that take nothing else. */
export function toDate(ms: InstantMs): Date {
  return new Date(ms);
}
