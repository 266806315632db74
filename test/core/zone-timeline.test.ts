import { expect, test } from "vitest";
import { formatInstant, type InstantMs } from "../../core/instant.ts";
import {
  accountMonth,
  accountMonthOf,
  alwaysIn,
  nextMonthStart,
  parseTimeline,
  zoneAt,
  type ZoneTimeline,
} from "../../core/zone-timeline.ts";
import { at } from "../at.ts";

const month = (timeline: ZoneTimeline, name: string): string[] => {
  const { start, end } = accountMonth(timeline, name);
  return [formatInstant(start), formatInstant(end)];
};
const east = [
  { from_ms: 0, time_zone: "UTC" },
  { from_ms: at("2026-11-01T00:00:00Z"), time_zone: "Asia/Kolkata" },
];
const west = [
  { from_ms: 0, time_zone: "UTC" },
  { from_ms: at("2026-11-01T00:00:00Z"), time_zone: "America/New_York" },
];

test("the month of a change begins in the former zone and ends in the new one; all others lie in one", () => {
  expect(month(east, "2026-10")).toEqual(["2026-10-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z"]);
  expect(month(east, "2026-11")).toEqual(["2026-11-01T00:00:00.000Z", "2026-11-30T18:30:00.000Z"]);
  expect(month(east, "2026-12")).toEqual(["2026-11-30T18:30:00.000Z", "2026-12-31T18:30:00.000Z"]);
  expect(month(west, "2026-10")).toEqual(["2026-10-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z"]);
  expect(month(west, "2026-11")).toEqual(["2026-11-01T00:00:00.000Z", "2026-12-01T05:00:00.000Z"]);
  expect(month(west, "2026-12")).toEqual(["2026-12-01T05:00:00.000Z", "2027-01-01T05:00:00.000Z"]);
});

test("months tile over changes of zone in every direction, and each instant lies in the month that holds it", () => {
  const wanderer = [
    { from_ms: 0, time_zone: "Pacific/Apia" },
    { from_ms: at("2026-01-31T11:00:00Z"), time_zone: "Pacific/Pago_Pago" }, // 1 February at +13:00, now 31 January at −11:00
    { from_ms: at("2026-03-01T11:00:00Z"), time_zone: "Australia/Lord_Howe" }, // 1 March at −11:00
    { from_ms: at("2026-04-30T13:30:00Z"), time_zone: "Europe/Amsterdam" }, // 1 May at +10:30
  ];
  const names = ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"];
  const months = names.map((name) => accountMonth(wanderer, name));
  for (const [index, { start, end }] of months.entries()) {
    expect(end).toBe(months[index + 1]?.start ?? end);
    for (const inside of [start, start + 1, start + 86_400_000, end - 86_400_000, end - 1])
      expect(accountMonthOf(wanderer, inside as InstantMs)).toBe(names[index]);
  }
  expect(months.slice(2, 6).map(({ start }) => start)).toEqual([
    ...wanderer.slice(1, 3).map(({ from_ms }) => from_ms),
    at("2026-04-01T00:00:00+11:00"),
    wanderer[3]?.from_ms,
  ]);
});

test("the next month start is that of the account's months, not of the month the new zone's calendar shows", () => {
  // 02:00Z on 1 November is 31 October in New York, but the account's November has begun: the next is New York's December
  expect(nextMonthStart(west, at("2026-11-01T02:00:00Z"))).toBe(at("2026-12-01T05:00:00Z"));
  expect(nextMonthStart(west, at("2026-11-01T00:00:00Z"))).toBe(at("2026-11-01T00:00:00Z"));
  expect(nextMonthStart(west, at("2026-10-31T23:59:59.999Z"))).toBe(at("2026-11-01T00:00:00Z"));
  expect(nextMonthStart(east, at("2026-11-01T00:00:00.001Z"))).toBe(at("2026-11-30T18:30:00Z"));
  expect(nextMonthStart(alwaysIn("Europe/Amsterdam"), at("2026-10-31T22:59:59.999Z"))).toBe(at("2026-10-31T23:00:00Z"));
});

test("a timeline reads as it is written, without entries that change nothing", () => {
  expect(parseTimeline("0 UTC")).toEqual(alwaysIn("UTC"));
  expect(parseTimeline("0 UTC,1793491200000 UTC,1796063400000 Asia/Kolkata")).toEqual([
    { from_ms: 0, time_zone: "UTC" },
    { from_ms: at("2026-11-30T18:30:00Z"), time_zone: "Asia/Kolkata" },
  ]);
  expect(zoneAt(east, at("2026-10-31T23:59:59.999Z"))).toBe("UTC");
  expect(zoneAt(east, at("2026-11-01T00:00:00Z"))).toBe("Asia/Kolkata");
});
