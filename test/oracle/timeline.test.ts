import { expect, test } from "vitest";
import { instantOf } from "./event.ts";
import { windowsOfTimeline } from "./index.ts";
import { answerTo, type Case, event } from "./story.ts";

// Midnight of 1 March and of 1 April, in Amsterdam and in Kolkata.
const amsterdamMarch = instantOf("2026-02-28T23:00:00Z");
const amsterdamApril = instantOf("2026-03-31T22:00:00Z");

/** Zones and ranges that change: the first of a timeline holds from the beginning. */
const cases: readonly Case[] = [
  {
    why: "an account that moves east is cut at its old month's end and then by its new days",
    until: "2026-03-02T18:30:00Z",
    account_zones: {
      acme: [
        { time_zone: "Europe/Amsterdam", from_ms: 0 },
        { time_zone: "Asia/Kolkata", from_ms: amsterdamMarch },
      ],
    },
    events: [event("2026-02-28T22:00:00Z", "VM.START")],
    worked:
      "22–23Z ends February in Amsterdam: 1 h; 23Z–18:30Z is the rest of a day in Kolkata: 19.5 h; then whole days of 24 h",
    then: [
      "2026-02-27T23:00:00.000Z acme 1 3600000 1",
      "2026-02-28T23:00:00.000Z acme 1 70200000 1",
      "2026-03-01T18:30:00.000Z acme 1 86400000 1",
    ],
  },
];

test.each(cases)("$why", (story) => {
  expect(answerTo(story)).toEqual([...story.then].sort());
});

const iso = (
  from_ms: number,
  until_ms: number,
  args: Omit<Parameters<typeof windowsOfTimeline>[0], "from_ms" | "until_ms">,
) => windowsOfTimeline({ ...args, from_ms, until_ms }).map(({ start_ms, end_ms }) => (end_ms - start_ms) / 60_000);

test("a range that changes at a month's start cuts the days before it the old way and those after it the new way", () => {
  const ranges = {
    "Europe/Amsterdam": [
      { range_minutes: 1440, from_ms: 0 },
      { range_minutes: 720, from_ms: amsterdamApril },
    ],
  };
  const zones = [{ time_zone: "Europe/Amsterdam", from_ms: 0 }];
  const from_ms = amsterdamApril - 3_600_000;
  // 31 March whole (24 h), then halves of 1 April.
  expect(iso(from_ms, amsterdamApril + 86_400_000, { zones, ranges })).toEqual([1440, 720, 720]);
});

test("a zone that begins takes the range of its own timeline", () => {
  const ranges = {
    "Europe/Amsterdam": [{ range_minutes: 1440, from_ms: 0 }],
    "Asia/Kolkata": [
      { range_minutes: 720, from_ms: 0 },
      { range_minutes: 1440, from_ms: instantOf("2026-03-31T18:30:00Z") },
    ],
  };
  const zones = [
    { time_zone: "Europe/Amsterdam", from_ms: 0 },
    { time_zone: "Asia/Kolkata", from_ms: amsterdamMarch },
  ];
  // 28 February in Amsterdam; from 04:30 in Kolkata 7.5 h to noon, 12 h to midnight, 12 h.
  const until_ms = amsterdamMarch + (7.5 + 12 + 12) * 3_600_000;
  expect(iso(amsterdamMarch - 1, until_ms, { zones, ranges })).toEqual([1440, 450, 720, 720]);
});

test("an account that moves twice has an edge at both, and what begins after the end has none", () => {
  const zones = [
    { time_zone: "UTC", from_ms: 0 },
    { time_zone: "Asia/Kolkata", from_ms: instantOf("2026-03-01T00:00:00Z") },
    { time_zone: "UTC", from_ms: instantOf("2026-03-31T18:30:00Z") },
    { time_zone: "Asia/Kolkata", from_ms: instantOf("2026-05-01T00:00:00Z") },
  ];
  const windows = windowsOfTimeline({
    zones,
    ranges: 1440,
    from_ms: instantOf("2026-03-31T12:00:00Z"),
    until_ms: instantOf("2026-04-02T00:00:00Z"),
  });
  // The last day of March in Kolkata, 5.5 h to UTC's midnight, 1 April in UTC.
  expect(windows.map(({ start_ms, end_ms }) => (end_ms - start_ms) / 3_600_000)).toEqual([24, 5.5, 24]);
});
