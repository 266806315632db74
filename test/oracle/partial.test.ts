import { expect, test } from "vitest";
import { answerTo, type Case, clock, event } from "./story.ts";

const until = clock("00:00", 11);
const day = "2026-03-10T00:00:00.000Z";

const cases: readonly Case[] = [
  {
    why: "new tags cut what is open and leave all else as it is",
    until,
    events: [
      event(clock("20:00"), "VM.START", { offering: "small", tags: { a: "1" } }),
      event(clock("22:00"), "tally.tags.changed", { tags: { b: "2" } }),
    ],
    worked: "20–22 and 22–24: 2 h × 3,600,000 each; the offering is still small",
    then: [`${day} acme 1 7200000 1 small a=1`, `${day} acme 1 7200000 1 small b=2`],
  },
  {
    why: "no tags are tags too",
    until,
    events: [
      event(clock("20:00"), "VM.START", { tags: { a: "1" } }),
      event(clock("23:00"), "tally.tags.changed", { offering: "large" }),
    ],
    worked: "20–23 with the tag, 23–24 without; what else a change of tags says is not about the shape",
    then: [`${day} acme 1 10800000 1 a=1`, `${day} acme 1 3600000 1`],
  },
  {
    why: "tags that are the same already cut nothing, whichever account says so",
    until,
    events: [
      event(clock("20:00"), "VM.START", { tags: { a: "1" } }),
      event(clock("22:00"), "tally.tags.changed", { account_id: "other", tags: { a: "1" } }),
    ],
    worked: "20–24 in one slice, of acme still: tags say nothing about the owner",
    then: [`${day} acme 1 14400000 1 a=1`],
  },
  {
    why: "a new owner holds from then on, in the shape that was",
    until,
    events: [
      event(clock("20:00"), "VM.START", { offering: "small" }),
      event(clock("21:00"), "tally.owner.changed", { account_id: "other" }),
    ],
    worked: "acme 20–21, other 21–24",
    then: [`${day} acme 1 3600000 1 small`, `${day} other 1 10800000 1 small`],
  },
  {
    why: "a size reaches capacities alone, and keeps the virtual size when it names none",
    until,
    events: [
      event(clock("20:00"), "VOLUME.CREATE", { size: "10", virtual_size: "77" }),
      event(clock("20:00"), "VM.START", { offering: "small" }),
      event(clock("22:00"), "tally.size", { size: "30" }),
      event(clock("23:00"), "tally.size", { size: "30", virtual_size: "88" }),
    ],
    worked: "10 × 2 h, then 30 × 1 h with 77 and 30 × 1 h with 88; the VM of the same name runs 4 h in one slice",
    then: [
      `${day} acme 1 14400000 1 small`,
      `${day} acme 6 72000000 1 77`,
      `${day} acme 6 108000000 1 77`,
      `${day} acme 6 108000000 1 88`,
    ],
  },
  {
    why: "partial changes add up until the next full word",
    until,
    events: [
      event(clock("12:00"), "VOLUME.CREATE", { size: "10", tags: { a: "1" } }),
      event(clock("14:00"), "tally.size", { size: "20" }),
      event(clock("15:00"), "tally.tags.changed", { tags: { b: "2" } }),
      event(clock("18:00"), "VOLUME.RESIZE", { size: "5" }),
    ],
    worked: "10 × 2 h, 20 × 1 h with a, 20 × 3 h with b, 5 × 6 h with neither",
    then: [
      `${day} acme 6 72000000 1 a=1`,
      `${day} acme 6 72000000 1 a=1`,
      `${day} acme 6 216000000 1 b=2`,
      `${day} acme 6 108000000 1`,
    ],
  },
  {
    why: "before anything is open and after all is closed a partial change does nothing",
    until,
    events: [
      event(clock("08:00"), "tally.tags.changed", { tags: { early: "1" } }),
      event(clock("10:00"), "VM.START"),
      event(clock("12:00"), "VM.STOP"),
      event(clock("13:00"), "tally.owner.changed", { account_id: "other" }),
      event(clock("23:00"), "VM.START"),
    ],
    worked: "10–12 and 23–24 of acme, untagged: 3 h in two slices",
    then: [`${day} acme 1 10800000 2`],
  },
  {
    why: "without a part it reaches all parts, with a part that one alone",
    until,
    events: [
      event(clock("20:00"), "NETWORK.OFFERING.ASSIGN", { part: "nic/1" }),
      event(clock("20:00"), "NETWORK.OFFERING.ASSIGN", { part: "nic/2" }),
      event(clock("22:00"), "tally.tags.changed", { tags: { all: "1" } }),
      event(clock("23:00"), "tally.tags.changed", { part: "nic/2", tags: { one: "1" } }),
    ],
    worked: "both: 2 h bare; nic/1 2 h with all; nic/2 1 h with all and 1 h with one",
    then: [
      `${day} acme 13 7200000 1 @nic/1`,
      `${day} acme 13 7200000 1 @nic/1 all=1`,
      `${day} acme 13 7200000 1 @nic/2`,
      `${day} acme 13 3600000 1 @nic/2 all=1`,
      `${day} acme 13 3600000 1 @nic/2 one=1`,
    ],
  },
  {
    why: "in one instant a partial change comes after the open, and by its id among the changes",
    until,
    events: [
      event(clock("20:00"), "tally.tags.changed", { tags: { b: "2" } }, { id: "c-2" }),
      event(clock("20:00"), "VM.DYNAMIC.SCALE", { offering: "large", tags: { a: "1" } }, { id: "c-1" }),
      event(clock("20:00"), "VM.START", { offering: "small" }, { id: "z" }),
    ],
    worked: "start, scale (c-1), tags (c-2): large with b for 4 h",
    then: [`${day} acme 1 14400000 1 large b=2`],
  },
  {
    why: "a bucket has the size it was last said to have, and none before",
    until,
    events: [
      event(clock("10:00"), "BUCKET.CREATE"),
      event(clock("12:00"), "tally.size", { size: 100 }),
      event(clock("22:00"), "tally.size", { size: "0" }),
    ],
    worked: "2 h without a size, 100 × 10 h × 3,600,000, 2 h of 0 bytes",
    then: [`${day} acme 29 0 1`, `${day} acme 29 3600000000 1`, `${day} acme 29 0 1`],
  },
  {
    why: "a type that is not shaped by tags is not cut by them",
    until,
    types: [{ usage_type: 900, measure: "duration", effects: { "APP.ON": "open" }, shape_by: ["offering"] }],
    events: [
      event(clock("20:00"), "APP.ON", { offering: "gold", tags: { a: "1" }, vm: "vm-1" }),
      event(clock("22:00"), "tally.tags.changed", { tags: { b: "2" } }),
    ],
    worked: "20–24 in one slice, of which only the offering is said",
    then: [`${day} acme 900 14400000 1 gold`],
  },
];

test.each(cases)("$why", (story) => {
  expect(answerTo(story)).toEqual([...story.then].sort());
});
