import { expect, test } from "vitest";
import { monthOf, monthWindow, startOfDay, windowsOf } from "./calendar.ts";
import { instantOf } from "./event.ts";

const HOUR_MS = 3_600_000;
const dayOf = (date: string): number => instantOf(`${date}T00:00:00Z`) / 86_400_000;

// Worked from the published rules of each zone: the wall clock's midnight, less the offset then in force.
test.each([
  ["Europe/Amsterdam", "2026-03-29", "2026-03-28T23:00:00Z"],
  ["Europe/Amsterdam", "2026-03-30", "2026-03-29T22:00:00Z"],
  ["Asia/Kolkata", "2026-03-29", "2026-03-28T18:30:00Z"],
  ["America/St_Johns", "2026-11-01", "2026-11-01T02:30:00Z"],
  ["America/St_Johns", "2026-11-02", "2026-11-02T03:30:00Z"],
  ["Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z"],
  ["Australia/Lord_Howe", "2026-10-05", "2026-10-04T13:00:00Z"],
  ["Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z"],
  // Midnight does not exist: clocks go from 24:00 to 01:00 on 8 March 2026.
  ["America/Havana", "2026-03-08", "2026-03-08T05:00:00Z"],
])("in %s the day %s starts at %s", (zone, date, start) => {
  expect(startOfDay(zone, dayOf(date))).toBe(instantOf(start));
});

test.each([
  ["Europe/Amsterdam", "2026-03", 743],
  ["Europe/Amsterdam", "2026-10", 745],
  ["Australia/Lord_Howe", "2026-10", 743.5],
  ["Asia/Kolkata", "2026-02", 672],
  ["UTC", "2026-12", 744],
])("%s has %s of %s hours", (zone, month, hours) => {
  const { start_ms, end_ms } = monthWindow(zone, month);
  expect((end_ms - start_ms) / HOUR_MS).toBe(hours);
  expect([monthOf(zone, start_ms), monthOf(zone, end_ms - 1)]).toEqual([month, month]);
});

test.each([
  // A day has 24 full hours, one less in the spring, one more in the autumn; Lord Howe loses or repeats half an hour.
  ["Europe/Amsterdam", "2026-03-29", 60, 23],
  ["Europe/Amsterdam", "2026-10-25", 60, 25],
  ["Australia/Lord_Howe", "2026-10-04", 60, 23],
  ["Australia/Lord_Howe", "2026-04-05", 60, 24],
  ["Asia/Kolkata", "2026-03-29", 60, 24],
  ["Europe/Amsterdam", "2026-10-25", 720, 3],
  ["Europe/Amsterdam", "2026-03-29", 15, 92],
  ["Europe/Amsterdam", "2026-03-29", 1440, 1],
])("in %s the day %s has, by %s minutes, %s windows that tile it", (zone, date, range_minutes, count) => {
  const from_ms = startOfDay(zone, dayOf(date));
  const until_ms = startOfDay(zone, dayOf(date) + 1);
  const windows = windowsOf({ zone, range_minutes, from_ms, until_ms });
  expect(windows.length).toBe(count);
  const edges = windows.flatMap(({ start_ms, end_ms }) => [start_ms, end_ms]);
  expect([edges[0], edges.at(-1)]).toEqual([from_ms, until_ms]);
  for (let index = 1; index + 1 < edges.length; index += 2) expect(edges[index]).toBe(edges[index + 1]);
});

test("a window that has not ended is not given", () => {
  const from_ms = instantOf("2026-03-10T00:00:00Z");
  expect(windowsOf({ zone: "UTC", range_minutes: 1440, from_ms, until_ms: from_ms + 24 * HOUR_MS - 1 })).toEqual([]);
});
