import { expect, test } from "vitest";
import { answerTo, type Case, event } from "./story.ts";

const cases: readonly Case[] = [
  {
    why: "a VM is allocated from create to destroy and runs from start to stop",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T08:00:00Z", "VM.CREATE"),
      event("2026-03-10T09:00:00Z", "VM.START"),
      event("2026-03-10T11:30:00Z", "VM.STOP"),
      event("2026-03-10T20:00:00Z", "VM.DESTROY"),
    ],
    worked: "runs 09:00–11:30 = 2.5 h × 3,600,000; allocated 08:00–20:00 = 12 h × 3,600,000",
    then: ["2026-03-10T00:00:00.000Z acme 1 9000000 1", "2026-03-10T00:00:00.000Z acme 2 43200000 1"],
  },
  {
    why: "a day of 25 hours is one window",
    zone: "Europe/Amsterdam",
    until: "2026-10-26T23:00:00Z",
    events: [event("2026-10-24T10:00:00Z", "VM.START")],
    worked: "24th: 12:00–24:00 = 12 h; 25th: 22:00Z–23:00Z = 25 h; 26th: 24 h",
    then: [
      "2026-10-23T22:00:00.000Z acme 1 43200000 1",
      "2026-10-24T22:00:00.000Z acme 1 90000000 1",
      "2026-10-25T23:00:00.000Z acme 1 86400000 1",
    ],
  },
  {
    why: "a day of 23 hours is one window",
    zone: "Europe/Amsterdam",
    until: "2026-03-29T22:00:00Z",
    events: [event("2026-03-28T22:00:00Z", "VM.START")],
    worked: "28th: 23:00–24:00 = 1 h; 29th: 23:00Z–22:00Z = 23 h",
    then: ["2026-03-27T23:00:00.000Z acme 1 3600000 1", "2026-03-28T23:00:00.000Z acme 1 82800000 1"],
  },
  {
    why: "a stop exactly on midnight leaves nothing in the window it opens",
    until: "2026-03-12T00:00:00Z",
    events: [event("2026-03-10T23:00:00Z", "VM.START"), event("2026-03-11T00:00:00Z", "VM.STOP")],
    worked: "23:00–24:00 = 1 h on the 10th, none on the 11th",
    then: ["2026-03-10T00:00:00.000Z acme 1 3600000 1"],
  },
  {
    why: "a repeated start of the same shape changes nothing",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T01:00:00Z", "VM.START", { offering: "small" }),
      event("2026-03-10T02:00:00Z", "VM.START", { offering: "small", tags: null, template: "" }),
      event("2026-03-10T03:00:00Z", "VM.STOP"),
    ],
    worked: "01:00–03:00 = 2 h in one slice, as null, absent and empty are one",
    then: ["2026-03-10T00:00:00.000Z acme 1 7200000 1 small"],
  },
  {
    why: "a repeated start of another shape is a change",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T01:00:00Z", "VM.START", { offering: "small" }),
      event("2026-03-10T02:00:00Z", "VM.START", { offering: "large" }),
      event("2026-03-10T05:00:00Z", "VM.STOP"),
    ],
    worked: "small 01:00–02:00 = 1 h; large 02:00–05:00 = 3 h",
    then: ["2026-03-10T00:00:00.000Z acme 1 10800000 1 large", "2026-03-10T00:00:00.000Z acme 1 3600000 1 small"],
  },
  {
    why: "stop and start in one instant without a sequence are a restart",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T01:00:00Z", "VM.START"),
      event("2026-03-10T02:00:00Z", "VM.START"),
      event("2026-03-10T02:00:00Z", "VM.STOP"),
    ],
    worked: "close before open: 01:00–02:00 and 02:00–24:00 = 23 h in two slices",
    then: ["2026-03-10T00:00:00.000Z acme 1 82800000 2"],
  },
  {
    why: "start and stop in one instant with a sequence are a failed start, compared as numbers",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T02:00:00Z", "VM.STOP", {}, { sequence: "10" }),
      event("2026-03-10T02:00:00Z", "VM.START", {}, { sequence: "9" }),
    ],
    worked: "9 before 10: the interval 02:00–02:00 has no length",
    then: [],
  },
  {
    why: "in one instant the sequenced events come before the others",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T02:00:00Z", "VM.STOP"),
      event("2026-03-10T02:00:00Z", "VM.START", {}, { sequence: "7" }),
    ],
    worked: "start (7), then stop: no length; by effect alone it would run 22 h",
    then: [],
  },
  {
    why: "a close that names another account closes nothing",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T20:00:00Z", "VM.START"),
      event("2026-03-10T21:00:00Z", "VM.STOP", { account_id: "other" }),
    ],
    worked: "20:00–24:00 = 4 h",
    then: ["2026-03-10T00:00:00.000Z acme 1 14400000 1"],
  },
  {
    why: "an open for another account takes over at that instant",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T20:00:00Z", "VM.START"),
      event("2026-03-10T22:30:00Z", "VM.START", { account_id: "other" }),
    ],
    worked: "acme 20:00–22:30 = 2.5 h; other 22:30–24:00 = 1.5 h",
    then: ["2026-03-10T00:00:00.000Z acme 1 9000000 1", "2026-03-10T00:00:00.000Z other 1 5400000 1"],
  },
  {
    why: "each account is cut by the days of its own zone",
    until: "2026-03-11T00:00:00Z",
    events: [event("2026-03-09T18:00:00Z", "VM.START", { account_id: "delhi" })],
    worked:
      "Kolkata's days turn at 18:30Z: 18:00–18:30 = 0.5 h, then 24 h; the day begun at 18:30Z on the 10th is unfinished",
    then: ["2026-03-08T18:30:00.000Z delhi 1 1800000 1", "2026-03-09T18:30:00.000Z delhi 1 86400000 1"],
  },
  {
    why: "a volume resized within a window is charged by the size it had",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T10:00:00Z", "VOLUME.CREATE", { size: "1000" }),
      event("2026-03-10T11:00:00Z", "VOLUME.RESIZE", { size: "3000" }),
      event("2026-03-10T13:00:00Z", "VOLUME.RESIZE", { size: "1000" }),
      event("2026-03-10T14:00:00Z", "VOLUME.DELETE", { size: "1000" }),
    ],
    worked: "size 1000: (1 h + 1 h) × 3,600,000 × 1000 in two slices; size 3000: 2 h × 3,600,000 × 3000",
    then: ["2026-03-10T00:00:00.000Z acme 6 7200000000 2", "2026-03-10T00:00:00.000Z acme 6 21600000000 1"],
  },
  {
    why: "a product of size and time beyond 2^63 is exact",
    until: "2026-03-11T00:00:00Z",
    events: [event("2026-03-10T00:00:00Z", "VOLUME.CREATE", { size: "9223372036854775807" })],
    worked: "(2^63 − 1) × 86,400,000 = 9,223,372,036,854,775,807 × 86,400,000",
    then: ["2026-03-10T00:00:00.000Z acme 6 796899343984252629724800000 1"],
  },
  {
    why: "destroy without a stop ends running too, and recover opens the allocation again",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T01:00:00Z", "VM.CREATE"),
      event("2026-03-10T02:00:00Z", "VM.START"),
      event("2026-03-10T04:00:00Z", "VM.DESTROY"),
      event("2026-03-10T23:00:00Z", "VM.RECOVER"),
    ],
    worked: "runs 02:00–04:00 = 2 h; allocated 01:00–04:00 and 23:00–24:00 = 4 h in two slices",
    then: ["2026-03-10T00:00:00.000Z acme 1 7200000 1", "2026-03-10T00:00:00.000Z acme 2 14400000 2"],
  },
  {
    why: "stop, scale and destroy of what is not open give nothing",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T01:00:00Z", "VM.STOP"),
      event("2026-03-10T02:00:00Z", "VM.DYNAMIC.SCALE"),
      event("2026-03-10T03:00:00Z", "VM.DESTROY"),
    ],
    worked: "nothing was opened",
    then: [],
  },
  {
    why: "the first arrival of a (source, id) is the event, a second with another time is nothing",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T23:00:00Z", "VM.START", {}, { id: "twice" }),
      event("2026-03-10T01:00:00Z", "VM.START", {}, { id: "twice" }),
    ],
    worked: "23:00–24:00 = 1 h",
    then: ["2026-03-10T00:00:00.000Z acme 1 3600000 1"],
  },
  {
    why: "the arrival order of different events does not matter",
    until: "2026-03-11T00:00:00Z",
    events: [event("2026-03-10T02:00:00Z", "VM.STOP"), event("2026-03-10T01:00:00Z", "VM.START")],
    worked: "01:00–02:00 = 1 h",
    then: ["2026-03-10T00:00:00.000Z acme 1 3600000 1"],
  },
  {
    why: "time is cut to the millisecond and offsets are honoured",
    until: "2026-03-11T00:00:00Z",
    events: [
      event("2026-03-10T10:00:00.000999999+09:00", "VM.START"),
      event("2026-03-09T21:30:00.0019-03:30", "VM.STOP"),
    ],
    worked: "both are 01:00:00Z on the 10th, .000 and .001: 1 ms",
    then: ["2026-03-10T00:00:00.000Z acme 1 1 1"],
  },
  {
    why: "an hour of Lord Howe's half-hour change is what lies between two full hours on the wall",
    zone: "Australia/Lord_Howe",
    range_minutes: 60,
    until: "2026-10-03T16:00:00Z",
    events: [event("2026-10-03T14:30:00Z", "VM.START")],
    worked: "01:00 is 14:30Z; at 15:30Z the clock jumps from 02:00 to 02:30; 03:00 is 16:00Z: one window of 1.5 h",
    then: ["2026-10-03T14:30:00.000Z acme 1 5400000 1"],
  },
  {
    why: "other ranges count elapsed minutes from local midnight, the last one shorter",
    zone: "Europe/Amsterdam",
    range_minutes: 720,
    until: "2026-03-29T22:00:00Z",
    events: [event("2026-03-28T23:00:00Z", "VM.START")],
    worked: "23 hours = 12 + 11",
    then: ["2026-03-28T23:00:00.000Z acme 1 43200000 1", "2026-03-29T11:00:00.000Z acme 1 39600000 1"],
  },
];

test.each(cases)("$why", (story) => {
  expect(answerTo(story)).toEqual([...story.then].sort());
});
