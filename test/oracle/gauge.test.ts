import { expect, test } from "vitest";
import type { EventData, EventJson } from "./event.ts";
import type { OracleType } from "./index.ts";
import { answerTo, type Case, clock, event } from "./story.ts";

const until = clock("00:00", 12);
const day = "2026-03-10T00:00:00.000Z";
const next = "2026-03-11T00:00:00.000Z";
const endless: OracleType = {
  usage_type: 900,
  measure: "gauge",
  effects: { "tally.gauge": "report", "APP.OFF": "close" },
  reading: "load",
};
const load = (time: string, value: string, data: Partial<EventData> = {}, envelope: Partial<EventJson> = {}) =>
  event(time, "tally.gauge", { readings: { load: value }, ...data }, envelope);
const sessions = (time: string, value: string) => event(time, "tally.gauge", { readings: { console_sessions: value } });

const cases: readonly Case[] = [
  {
    why: "a reading holds until the next, each a slice of its own",
    until: clock("00:00", 11),
    types: [endless],
    events: [load(clock("10:00"), "2"), load(clock("11:00"), "2"), load(clock("23:00"), "5")],
    worked: "2 × 1 h + 2 × 12 h + 5 × 1 h = 31 h, × 3,600,000",
    then: [`${day} acme 900 111600000 3`],
  },
  {
    why: "a reading runs over a window's edge into a slice of each",
    until,
    types: [endless],
    events: [load(clock("22:00"), "3"), load(clock("01:00", 11), "0")],
    worked: "3 × 2 h and 3 × 1 h",
    then: [`${day} acme 900 21600000 1`, `${next} acme 900 10800000 1`],
  },
  {
    why: "after its longest gap a reading holds no more",
    until,
    events: [sessions(clock("10:00"), "4"), sessions(clock("10:05"), "1"), sessions(clock("12:00"), "2")],
    worked: "4 × 5 min, 1 × 10 min, 2 × 10 min = 50 min × 60,000",
    then: [`${day} acme 1003 3000000 3`],
  },
  {
    why: "a close ends it, and what is reported afterwards holds again",
    until,
    events: [sessions(clock("10:00"), "4"), event(clock("10:01"), "VM.DESTROY"), sessions(clock("10:02"), "1")],
    worked: "4 × 1 min + 1 × 10 min = 14 min × 60,000",
    then: [`${day} acme 1003 840000 2`],
  },
  {
    why: "a close that names another account ends nothing",
    until: clock("00:00", 11),
    types: [endless],
    events: [load(clock("22:00"), "1"), event(clock("23:00"), "APP.OFF", { account_id: "other" })],
    worked: "1 × 2 h in one slice",
    then: [`${day} acme 900 7200000 1`],
  },
  {
    why: "of several in one instant the last in step order holds",
    until,
    types: [endless],
    events: [
      load(clock("10:00"), "3", {}, { id: "b" }),
      load(clock("10:00"), "9", {}, { id: "a" }),
      event(clock("11:00"), "APP.OFF"),
    ],
    worked: "a, then b: 3 × 1 h",
    then: [`${day} acme 900 10800000 1`],
  },
  {
    why: "a close comes before a reading of the same instant, unless sequences say otherwise",
    until: clock("00:00", 11),
    types: [endless],
    events: [
      event(clock("22:00"), "APP.OFF"),
      load(clock("22:00"), "1"),
      load(clock("23:00"), "7", {}, { sequence: "1" }),
      event(clock("23:00"), "APP.OFF", {}, { sequence: "2" }),
    ],
    worked: "1 × 1 h; the 7 was switched off in its own instant",
    then: [`${day} acme 900 3600000 1`],
  },
  {
    why: "zero makes no record, and a sample without the reading does not end one",
    until: clock("00:00", 11),
    types: [endless],
    events: [
      load(clock("20:00"), "0"),
      load(clock("22:00"), "1"),
      event(clock("23:00"), "tally.gauge", { readings: { other: "1" } }),
    ],
    worked: "22–24: 1 × 2 h in one slice",
    then: [`${day} acme 900 7200000 1`],
  },
  {
    why: "a reading is its own account's and shape's, and ends that of another",
    until: clock("00:00", 11),
    types: [endless],
    events: [load(clock("20:00"), "1", { offering: "gold" }), load(clock("22:00"), "1", { account_id: "other" })],
    worked: "acme 2 h as gold, other 2 h",
    then: [`${day} acme 900 7200000 1 gold`, `${day} other 900 7200000 1`],
  },
];

test.each(cases)("$why", (story) => {
  expect(answerTo(story)).toEqual([...story.then].sort());
});
