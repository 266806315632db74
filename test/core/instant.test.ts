import fc from "fast-check";
import { expect, test } from "vitest";
import { formatInstant, instant, parseInstant } from "../../core/instant.ts";

const DAY_MS = 86_400_000;

test.each([
  ["the epoch", "1970-01-01T00:00:00Z", 0],
  ["a whole day", "1970-01-02T00:00:00.000Z", DAY_MS],
  ["an offset ahead of UTC is taken off", "1970-01-01T02:00:00+02:00", 0],
  ["an offset behind UTC is added", "1969-12-31T18:30:00-05:30", 0],
  ["minus zero offset is UTC", "1970-01-01T00:00:00-00:00", 0],
  ["small letters, which RFC 3339 allows", "1970-01-01t00:00:01z", 1000],
  ["one decimal is tenths", "1970-01-01T00:00:00.5Z", 500],
  [
    "the leap day of 2000: 30 years with 7 leap days, then 31 + 28 days",
    "2000-02-29T00:00:00Z",
    (30 * 365 + 7 + 31 + 28) * DAY_MS,
  ],
  ["nanoseconds are floored", "1970-01-01T00:00:00.001999999Z", 1],
  ["a fraction of any length is floored", `1970-01-01T00:00:00.${"9".repeat(400)}Z`, 999],
  [
    "before 1970 too: half a millisecond before the epoch lies in the millisecond that began at -1",
    "1969-12-31T23:59:59.9995Z",
    -1,
  ],
  ["-999.1 ms is in millisecond -1000", "1969-12-31T23:59:59.0009Z", -1000],
])("%s", (_why, text, ms) => expect(parseInstant(text)).toBe(ms));

test.each([
  ["empty", ""],
  ["a date alone", "2026-10-01"],
  ["no offset", "2026-10-01T10:12:00"],
  ["a blank for the T", "2026-10-01 10:12:00Z"],
  ["no seconds", "2026-10-01T10:12Z"],
  ["30 February", "2026-02-30T00:00:00Z"],
  ["29 February of a common year", "2026-02-29T00:00:00Z"],
  ["29 February 1900", "1900-02-29T00:00:00Z"],
  ["month 13", "2026-13-01T00:00:00Z"],
  ["month 0", "2026-00-01T00:00:00Z"],
  ["day 0", "2026-10-00T00:00:00Z"],
  ["31 September", "2026-09-31T00:00:00Z"],
  ["hour 24", "2026-10-01T24:00:00Z"],
  ["minute 60", "2026-10-01T10:60:00Z"],
  ["a leap second", "2016-12-31T23:59:60Z"],
  ["an offset of 24 hours", "2026-10-01T10:12:00+24:00"],
  ["an offset of 60 minutes", "2026-10-01T10:12:00+01:60"],
  ["an offset without colon", "2026-10-01T10:12:00+0200"],
  ["a bare point", "2026-10-01T10:12:00.Z"],
  ["a comma", "2026-10-01T10:12:00,5Z"],
  ["text around it", " 2026-10-01T10:12:00Z"],
  ["a line end after it", "2026-10-01T10:12:00Z\n"],
  ["a year of five digits", "12026-10-01T10:12:00Z"],
  ["an instant before the year 0, by its offset", "0000-01-01T00:00:00+00:01"],
  ["an instant after 9999, by its offset", "9999-12-31T23:59:59-00:01"],
])("%s is refused", (_why, text) => expect(parseInstant(text)).toBeNull());

test("the years 0 to 99 are not taken for 1900 to 1999", () => {
  expect(formatInstant(parseInstant("0044-03-15T12:00:00Z")!)).toBe("0044-03-15T12:00:00.000Z");
});

test("an instant is always written with milliseconds and Z", () => {
  expect(formatInstant(parseInstant("2026-10-01T12:12:00+02:00")!)).toBe("2026-10-01T10:12:00.000Z");
});

test("only whole milliseconds that a number holds exactly are instants", () => {
  for (const ms of [0.5, Number.NaN, Infinity, 2 ** 53]) expect(() => instant(ms)).toThrow(RangeError);
  expect(Object.is(instant(-0), 0)).toBe(true);
});

test("what four digits cannot write is not written", () => {
  expect(() => formatInstant(instant(Date.UTC(10_000, 0, 1)))).toThrow(RangeError);
  expect(formatInstant(instant(Date.UTC(10_000, 0, 1) - 1))).toBe("9999-12-31T23:59:59.999Z");
});

const instants = fc.integer({ min: -62_167_219_200_000, max: Date.UTC(10_000, 0, 1) - 1 }).map(instant);

test("what is written reads back as the same instant", () => {
  fc.assert(fc.property(instants, (at) => void expect(parseInstant(formatInstant(at))).toBe(at)));
});

test("the offset only says how the same instant is written", () => {
  const offsets = fc.integer({ min: -(23 * 60 + 59), max: 23 * 60 + 59 });
  const middle = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) }).map(instant);
  fc.assert(
    fc.property(middle, offsets, (at, minutes) => {
      const wall = formatInstant(instant(at + minutes * 60_000)).slice(0, -1);
      const size = Math.abs(minutes);
      const offset = `${minutes < 0 ? "-" : "+"}${String(Math.floor(size / 60)).padStart(2, "0")}:${String(size % 60).padStart(2, "0")}`;
      expect(parseInstant(wall + offset)).toBe(at);
    }),
  );
});

test("digits finer than a millisecond never change the instant", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 20 });
  fc.assert(
    fc.property(
      instants,
      digits,
      (at, finer) => void expect(parseInstant(formatInstant(at).replace("Z", `${finer}Z`))).toBe(at),
    ),
  );
});
