import { Cron } from "croner";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatInstant, instant } from "../../core/instant.ts";
import { dueTicks, nextTick, parseExecTime, TICKS_MAX } from "../../core/schedule.ts";
import { at } from "../at.ts";
import { readCases } from "../read-cases.ts";

interface TickCase {
  readonly why: string;
  readonly given: {
    readonly zone: string;
    readonly range_minutes: string;
    readonly exec_time: string;
    readonly last_done: string;
    readonly now: string;
  };
  readonly then: readonly string[];
}

const cases = readCases<TickCase>("core/ticks");

test.each(cases)("$why", ({ given, then }) => {
  const { zone, exec_time, last_done } = given;
  const due = dueTicks(last_done === "never" ? null : at(last_done), at(given.now), {
    zone,
    exec_time,
    range_minutes: Number(given.range_minutes),
  });
  expect(due.map(formatInstant)).toEqual(then.map((text) => formatInstant(at(text))));
});

const zones = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
  "Pacific/Apia",
  "Africa/Cairo",
  "Africa/Casablanca",
  "America/Sao_Paulo",
  "America/Santiago",
  "America/Havana",
  "America/Caracas",
  "Antarctica/Troll",
  "Asia/Beirut",
  "Asia/Pyongyang",
  "Asia/Tehran",
];
const two = (n: number): string => String(n).padStart(2, "0");
const execTimes = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${two(h)}:${two(m)}`);
const cadences = fc.record({
  zone: fc.constantFrom(...zones),
  range_minutes: fc.constantFrom(1440, 10_080, 720, 60, 45, 15),
  exec_time: execTimes,
});
const instants = fc.integer({ min: Date.UTC(2005, 0, 1), max: Date.UTC(2036, 0, 1) }).map(instant);

test("ticks do not depend on how often the scheduler looks: (a, c] is (a, b] and then (b, c]", () => {
  const pieces = fc.tuple(fc.integer({ min: 0, max: 20 * 86_400_000 }), fc.integer({ min: 0, max: 20 * 86_400_000 }));
  fc.assert(
    fc.property(cadences, instants, pieces, (cadence, a, [first, second]) => {
      const b = instant(a + first);
      const c = instant(b + second);
      expect([...dueTicks(a, b, cadence), ...dueTicks(b, c, cadence)]).toEqual(dueTicks(a, c, cadence));
    }),
  );
});

test("the next tick is the first that becomes due, and not a millisecond earlier", () => {
  fc.assert(
    fc.property(cadences, instants, (cadence, after) => {
      const next = nextTick(after, cadence);
      expect(next).toBeGreaterThan(after);
      expect(dueTicks(after, instant(next - 1), cadence)).toEqual([]);
      expect(dueTicks(after, next, cadence)).toEqual([next]);
    }),
  );
});

test("the next tick is found beyond a day that never was", () => {
  const cadence = { zone: "Pacific/Apia", range_minutes: 1440, exec_time: "02:30" };
  expect(nextTick(at("2011-12-29T02:30:00-10:00"), cadence)).toBe(at("2011-12-31T02:30:00+14:00"));
});

test("daily ticks are those of an independent cron calculator", () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), execTimes, instants, (zone, exec_time, after) => {
      const [hour, minute] = exec_time.split(":").map(Number);
      // Cron looks at whole seconds; ticks are whole minutes, so flooring the start changes nothing.
      const cron = new Cron(`${minute} ${hour} * * *`, { timezone: zone, paused: true });
      const start = Math.floor(after / 1000) * 1000;
      expect(nextTick(instant(start), { zone, range_minutes: 1440, exec_time })).toBe(
        cron.nextRun(formatInstant(instant(start)))?.getTime(),
      );
    }),
    { numRuns: 300 },
  );
});

test("a long absence is answered oldest first, at most so many ticks at once, and asking again goes on", () => {
  const cadence = { zone: "UTC", range_minutes: 1, exec_time: "00:00" };
  const first = dueTicks(instant(0), instant(20_000 * 60_000), cadence);
  expect(first).toHaveLength(TICKS_MAX);
  expect(first[0]).toBe(60_000);
  const second = dueTicks(first.at(-1) ?? null, instant(20_000 * 60_000), cadence);
  expect(second[0]).toBe((TICKS_MAX + 1) * 60_000);
  expect(second.at(-1)).toBe(20_000 * 60_000);
});

test("an exec time is HH:MM of one day", () => {
  expect(parseExecTime("00:00")).toBe(0);
  expect(parseExecTime("00:15")).toBe(15);
  expect(parseExecTime("23:59")).toBe(1439);
  for (const text of ["25:00", "24:00", "12:60", "9:00", "0900", "12:00:00", "-1:00", "", "12:00\n"])
    expect(parseExecTime(text)).toBeNull();
});

test("a cadence that means nothing is refused", () => {
  const good = { zone: "UTC", range_minutes: 1440, exec_time: "00:15" };
  for (const bad of [
    { zone: "Mars/Olympus" },
    { zone: "" },
    { exec_time: "25:00" },
    { range_minutes: 0 },
    { range_minutes: -60 },
    { range_minutes: 1.5 },
  ]) {
    expect(() => nextTick(instant(0), { ...good, ...bad })).toThrow(RangeError);
    expect(() => dueTicks(null, instant(0), { ...good, ...bad })).toThrow(RangeError);
  }
});
