import { expect, test } from "vitest";
import { answerTo, type Case, clock, event } from "./story.ts";

const until = clock("00:00", 11);
const day = "2026-03-10T00:00:00.000Z";
const nic = (time: string, part: string, account_id = "acme"): Case["events"][number] =>
  event(clock(time), "NETWORK.OFFERING.ASSIGN", { part, account_id });

/** Parts, what closes them all, and account deletion. */
const cases: readonly Case[] = [
  {
    why: "a close that names no part closes all parts, a close that names one that alone",
    until,
    events: [
      nic("10:00", "nic/1"),
      nic("10:00", "nic/2"),
      event(clock("11:00"), "NETWORK.OFFERING.REMOVE", { part: "nic/2" }),
      event(clock("13:00"), "VM.DESTROY"),
    ],
    worked: "nic/1 10–13 = 3 h, nic/2 10–11 = 1 h",
    then: [`${day} acme 13 10800000 1 @nic/1`, `${day} acme 13 3600000 1 @nic/2`],
  },
  {
    why: "a close of all parts acts on those of the account it names",
    until,
    events: [nic("10:00", "nic/1"), nic("10:00", "nic/2", "other"), event(clock("13:00"), "VM.DESTROY")],
    worked: "acme's ends at 13, other's runs on to midnight: 14 h",
    then: [`${day} acme 13 10800000 1 @nic/1`, `${day} other 13 50400000 1 @nic/2`],
  },
  {
    why: "a template is kept in each zone by itself, and deleted in all at once",
    until,
    events: [
      event(clock("10:00"), "TEMPLATE.CREATE", { part: "zone/a", size: "5" }),
      event(clock("12:00"), "TEMPLATE.COPY", { part: "zone/b", size: "7" }),
      event(clock("13:00"), "TEMPLATE.DELETE", { size: "0" }),
    ],
    worked: "5 × 3 h and 7 × 1 h, × 3,600,000",
    then: [`${day} acme 7 54000000 1 @zone/a`, `${day} acme 7 25200000 1 @zone/b`],
  },
  {
    why: "where a type has no parts a close without a part leaves the parts alone",
    until,
    events: [
      event(clock("20:00"), "VOLUME.CREATE", { part: "x", size: "1" }),
      event(clock("21:00"), "VOLUME.DELETE", { size: "1" }),
    ],
    worked: "4 h of one byte",
    then: [`${day} acme 6 14400000 1 @x`],
  },
  {
    why: "a deleted account holds nothing from that instant on, and its later events have no effect",
    until,
    events: [
      event(clock("10:00"), "VM.START"),
      event(clock("10:00"), "VM.START", { resource: "r2", account_id: "other" }),
      event(clock("12:00"), "ACCOUNT.DELETE", { resource: "acme" }),
      event(clock("12:00"), "VM.START", { resource: "r3" }),
      event(clock("13:00"), "VM.START"),
      event(clock("14:00"), "ACCOUNT.DELETE", { resource: "acme" }, { id: "again" }),
    ],
    worked: "acme 10–12 = 2 h; other goes on: 14 h",
    then: [`${day} acme 1 7200000 1`, `${day} other 1 50400000 1`],
  },
  {
    why: "the earliest deletion counts, whichever came first",
    until,
    events: [
      event(clock("14:00"), "ACCOUNT.DELETE", { resource: "acme" }),
      event(clock("10:00"), "VM.START"),
      event(clock("11:00"), "ACCOUNT.DELETE", { resource: "acme" }),
    ],
    worked: "10–11 = 1 h",
    then: [`${day} acme 1 3600000 1`],
  },
  {
    why: "what was given away before the deletion goes on, what was to be given away after it has ended",
    until,
    events: [
      event(clock("10:00"), "VM.START"),
      event(clock("10:00"), "VM.START", { resource: "r2" }),
      event(clock("11:00"), "tally.owner.changed", { account_id: "other" }),
      event(clock("12:00"), "ACCOUNT.DELETE", { resource: "acme" }),
      event(clock("13:00"), "tally.owner.changed", { account_id: "other", resource: "r2" }),
    ],
    worked: "r1: acme 1 h, other 11–24 = 13 h; r2: acme 2 h",
    then: [`${day} acme 1 3600000 1`, `${day} acme 1 7200000 1`, `${day} other 1 46800000 1`],
  },
  {
    why: "a deleted account's gauges end too, and its samples say nothing any more",
    until,
    types: [
      { usage_type: 900, measure: "gauge", effects: { "tally.gauge": "report" }, reading: "load" },
      { usage_type: 901, measure: "counter", effects: { "tally.counter": "report" }, reading: "bytes" },
    ],
    events: [
      event(clock("10:00"), "tally.gauge", { readings: { load: "3" } }),
      event(clock("10:00"), "tally.counter", { readings: { bytes: "100" } }),
      event(clock("12:00"), "ACCOUNT.DELETE", { resource: "acme" }),
      event(clock("13:00"), "tally.counter", { readings: { bytes: "150" } }),
      event(clock("14:00"), "tally.counter", { account_id: "other", readings: { bytes: "170" } }),
    ],
    worked: "3 × 2 h; the sample of 150 has no effect, so other pays for 170 − 100 = 70",
    then: [`${day} acme 900 21600000 1`, `${day} other 901 70 1`],
  },
];

test.each(cases)("$why", (story) => {
  expect(answerTo(story)).toEqual([...story.then].sort());
});
