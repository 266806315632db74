import fc from "fast-check";
import { expect, test } from "vitest";
import {
  isTimeZone,
  localDay,
  monthAnywhere,
  monthBounds,
  monthOf,
  nextMonth,
  prevMonth,
  tzdbVersion,
  windowContaining,
  windowEdges,
} from "../../core/calendar.ts";
import { formatInstant, instant } from "../../core/instant.ts";
import { at } from "../at.ts";
import { readCases } from "../read-cases.ts";

interface WindowCase {
  readonly why: string;
  readonly given: { readonly zone: string; readonly range_minutes: string; readonly from: string; readonly to: string };
  readonly then: readonly string[];
}

const cases = readCases<WindowCase>("core/windows");

test.each(cases)("$why", ({ given, then }) => {
  const edges = windowEdges({
    zone: given.zone,
    range_minutes: Number(given.range_minutes),
    from: at(given.from),
    to: at(given.to),
  });
  expect(edges.map(formatInstant)).toEqual(then.map((text) => formatInstant(at(text))));
});

const zones = [
  "UTC",
  "Europe/Amsterdam",
  "America/New_York",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
  "Pacific/Apia",
  "Africa/Cairo",
  "Africa/Casablanca",
  "America/Sao_Paulo",
  "America/Santiago",
  "America/Havana",
  "America/Caracas",
  "America/St_Johns",
  "Antarctica/Troll",
  "Asia/Beirut",
  "Asia/Gaza",
  "Asia/Pyongyang",
  "Asia/Tehran",
];
const ranges = [1440, 720, 480, 90, 60, 30, 15];
const instants = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) }).map(instant);
const spans = fc
  .tuple(instants, fc.integer({ min: 0, max: 40 * 86_400_000 }))
  .map(([from, ms]) => ({ from, to: instant(from + ms) }));
const calendars = fc.record({ zone: fc.constantFrom(...zones), range_minutes: fc.constantFrom(...ranges) });

test("edges ascend strictly, and each window is the one that holds its first and its last millisecond", () => {
  fc.assert(
    fc.property(calendars, spans, (calendar, span) => {
      const edges = windowEdges({ ...calendar, ...span });
      edges.slice(1).forEach((end, i) => {
        const start = edges[i]!;
        expect(start).toBeLessThan(end);
        if (i % 50 !== 0) return;
        expect(windowContaining({ ...calendar, at: start })).toEqual({ start, end });
        expect(windowContaining({ ...calendar, at: instant(end - 1) })).toEqual({ start, end });
      });
    }),
  );
});

test("windows do not depend on how a span is cut", () => {
  fc.assert(
    fc.property(calendars, spans, fc.double({ min: 0, max: 1, noNaN: true }), (calendar, { from, to }, share) => {
      const cut = instant(from + Math.floor((to - from) * share));
      const parts = [...windowEdges({ ...calendar, from, to: cut }), ...windowEdges({ ...calendar, from: cut, to })];
      expect([...new Set(parts)]).toEqual(windowEdges({ ...calendar, from, to }));
    }),
  );
});

test("no window is longer than its range, save a day and an hour on which the clock is moved", () => {
  const spare_minutes = new Map([
    [1440, 120],
    [60, 60],
  ]); // Troll moves by two hours
  fc.assert(
    fc.property(calendars, instants, (calendar, moment) => {
      const { start, end } = windowContaining({ ...calendar, at: moment });
      expect(start).toBeLessThanOrEqual(moment);
      expect(end).toBeGreaterThan(moment);
      expect((end - start) / 60_000).toBeLessThanOrEqual(
        calendar.range_minutes + (spare_minutes.get(calendar.range_minutes) ?? 0),
      );
    }),
  );
});

/** The wall clock as the engine's Intl shows it, `2026-10-25 02:00`: another way to the same data than offsets. */
const walls = new Map<string, Intl.DateTimeFormat>();
function wall(zone: string, moment: number): string {
  const known =
    walls.get(zone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  walls.set(zone, known);
  return known.format(moment);
}

/** Newfoundland moved its clock at 00:01 until 2011: after its second midnight a few minutes still show the day before. */
const plainZones = fc.constantFrom(...zones.filter((zone) => zone !== "America/St_Johns"));

test("a daily window shows one date from its first to its last millisecond, and its neighbours show others", () => {
  fc.assert(
    fc.property(plainZones, instants, (zone, moment) => {
      const { start, end } = windowContaining({ zone, range_minutes: 1440, at: moment });
      const [before, first, last, after] = [start - 1, start, end - 1, end].map((ms) => wall(zone, ms).slice(0, 10));
      expect(first).toBe(last);
      expect(before).not.toBe(first);
      expect(after).not.toBe(first);
      expect(localDay(zone, moment)).toBe(first);
      expect(monthOf({ zone, at: moment })).toBe(first?.slice(0, 7));
    }),
  );
});

test("an hourly window opens when the wall shows a full hour or a new day, and at no minute in between does it show one", () => {
  fc.assert(
    fc.property(plainZones, instants, (zone, moment) => {
      const { start, end } = windowContaining({ zone, range_minutes: 60, at: moment });
      const fullHour = wall(zone, start).endsWith(":00");
      expect(fullHour || wall(zone, start).slice(0, 10) !== wall(zone, start - 1).slice(0, 10)).toBe(true);
      for (let ms = start + 60_000; ms < end; ms += 60_000) expect(wall(zone, ms)).not.toMatch(/:00$/);
    }),
  );
});

test("a month starts and ends on window edges, whatever the range", () => {
  fc.assert(
    fc.property(calendars, instants, ({ zone, range_minutes }, moment) => {
      const { start, end } = monthBounds({ zone, month: monthOf({ zone, at: moment }) });
      expect(start <= moment && moment < end).toBe(true);
      for (const edge of [start, end])
        expect(windowEdges({ zone, range_minutes, from: edge, to: edge })).toEqual([edge]);
    }),
  );
});

test("where midnight comes twice, the minutes that show the day before again lie in the day that has begun", () => {
  // Newfoundland, 2 November 2008: at 00:01 -02:30 the clock went back to 23:01 -03:30 of the 1st.
  const zone = "America/St_Johns";
  const again = at("2008-11-01T23:30:00-03:30");
  const day = { start: at("2008-11-02T00:00:00-02:30"), end: at("2008-11-03T00:00:00-03:30") };
  expect(windowContaining({ zone, range_minutes: 1440, at: again })).toEqual(day);
  expect(localDay(zone, again)).toBe("2008-11-02");
});

test("the hours of a month include what the clock was moved by", () => {
  const hours = (zone: string, month: string): number => {
    const { start, end } = monthBounds({ zone, month });
    return (end - start) / 3_600_000;
  };
  expect(hours("Europe/Amsterdam", "2026-10")).toBe(31 * 24 + 1);
  expect(hours("Europe/Amsterdam", "2026-03")).toBe(31 * 24 - 1);
  expect(hours("Australia/Lord_Howe", "2026-10")).toBe(31 * 24 - 0.5);
  expect(hours("Pacific/Apia", "2011-12")).toBe(30 * 24);
  expect(hours("UTC", "2028-02")).toBe(29 * 24);
});

test("months follow each other over the year's end", () => {
  expect(nextMonth("2026-12")).toBe("2027-01");
  expect(prevMonth("2026-01")).toBe("2025-12");
  expect(nextMonth("2028-01")).toBe("2028-02");
  const months = fc
    .tuple(fc.integer({ min: 1970, max: 2100 }), fc.integer({ min: 1, max: 12 }))
    .map(([y, m]) => `${y}-${String(m).padStart(2, "0")}`);
  fc.assert(fc.property(months, (month) => void expect(prevMonth(nextMonth(month))).toBe(month)));
  fc.assert(
    fc.property(
      plainZones,
      months,
      (zone, month) =>
        void expect(monthBounds({ zone, month }).end).toBe(monthBounds({ zone, month: nextMonth(month) }).start),
    ),
  );
});

test.each(["2026-13", "2026-00", "2026-1", "2026-10-01", "26-10", "0000-01", "2026-10\n", ""])(
  "%j is not a month",
  (month) => {
    expect(() => monthBounds({ zone: "UTC", month })).toThrow(RangeError);
    expect(() => nextMonth(month)).toThrow(RangeError);
  },
);

test.each(["UTC", "Europe/Amsterdam", "Asia/Kolkata", "Asia/Calcutta", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])(
  "%s is a time zone",
  (name) => {
    expect(isTimeZone(name)).toBe(true);
  },
);

test.each([
  "Mars/Olympus",
  "",
  " ",
  "UTC+3",
  "+03:00",
  "-0500",
  "local",
  "system",
  "CEST",
  "Europe",
  "Europe/Amsterdam ",
])("%j is not a time zone", (name) => {
  expect(isTimeZone(name)).toBe(false);
  expect(() => localDay(name, instant(0))).toThrow(RangeError);
});

test.each([0, -60, 7, 1000, 2880, 0.5, Number.NaN])("a range of %s minutes is refused", (range_minutes) => {
  expect(() => windowEdges({ zone: "UTC", range_minutes, from: instant(0), to: instant(0) })).toThrow(RangeError);
});

test("a span that runs backwards, or that holds more windows than anyone can mean, is refused", () => {
  expect(() => windowEdges({ zone: "UTC", range_minutes: 60, from: instant(1), to: instant(0) })).toThrow(RangeError);
  expect(() =>
    windowEdges({ zone: "UTC", range_minutes: 1, from: instant(0), to: instant(Date.UTC(2000, 0, 1)) }),
  ).toThrow(RangeError);
});

test("a year of quarter hours is there in a tenth of a second", () => {
  const ask = {
    zone: "Europe/Amsterdam",
    range_minutes: 15,
    from: at("2026-01-01T00:00:00+01:00"),
    to: at("2027-01-01T00:00:00+01:00"),
  };
  const took_ms = [1, 2, 3].map(() => {
    const began = performance.now();
    expect(windowEdges(ask)).toHaveLength(365 * 96 + 1);
    return performance.now() - began;
  });
  expect(Math.min(...took_ms)).toBeLessThan(100);
});

test("the tz database has a version to store with a run", () => {
  expect(tzdbVersion()).toMatch(/^\d{4}[a-z]+$/);
});

test.each(["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "America/St_Johns", "UTC"])(
  "a month of %s lies within what that month is anywhere",
  (zone) => {
    for (const month of ["2026-02", "2026-03", "2026-10", "2026-12"]) {
      const own = monthBounds({ zone, month });
      const anywhere = monthAnywhere(month);
      expect(own.start).toBeGreaterThanOrEqual(anywhere.start);
      expect(own.end).toBeLessThanOrEqual(anywhere.end);
    }
  },
);
