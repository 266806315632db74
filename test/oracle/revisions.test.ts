import { expect, test } from "vitest";
import type { EventJson } from "./event.ts";
import { answerTo, type Case, clock, event } from "./story.ts";

const until = clock("00:00", 11);
const day = "2026-03-10T00:00:00.000Z";

const amended = (of: EventJson, revision: number, change: Partial<EventJson>, envelope: Partial<EventJson> = {}) =>
  event(
    clock("23:59"),
    "tally.event.amended",
    { original: { source: of.source, id: of.id }, revision, event: { ...of, ...change } },
    envelope,
  );
const retracted = (of: EventJson, revision: number, envelope: Partial<EventJson> = {}) =>
  event(
    clock("23:59"),
    "tally.event.retracted",
    { original: { source: of.source, id: of.id }, revision, by: "ops", why: "never happened" },
    envelope,
  );

const start = event(clock("10:00"), "VM.START");
const stop = event(clock("20:00"), "VM.STOP");
const runs = (hours: number, ...more: readonly string[]): string =>
  [day, "acme", 1, hours * 3_600_000, 1, ...more].join(" ");
const noon = { time: clock("12:00") };

const later = amended(stop, 2, { time: clock("22:00") }, { id: "second" });
const soon = amended(stop, 1, noon, { id: "first" });

const cases: readonly Case[] = [
  {
    why: "an amendment counts in the place of its original",
    until,
    events: [start, stop, soon],
    worked: "10–12 = 2 h instead of 10 h",
    then: [runs(2)],
  },
  {
    why: "a revision may come before its original",
    until,
    events: [soon, start, stop],
    worked: "10–12 = 2 h all the same",
    then: [runs(2)],
  },
  {
    why: "an amendment whose original never came counts as its event",
    until,
    events: [soon, start],
    worked: "10–12 = 2 h",
    then: [runs(2)],
  },
  {
    why: "what is retracted never was",
    until,
    events: [start, stop, retracted(stop, 1)],
    worked: "no stop: 10–24 = 14 h",
    then: [runs(14)],
  },
  {
    why: "the highest revision counts, whichever came last",
    until,
    events: [start, later, stop, soon],
    worked: "revision 2 says 22:00: 12 h",
    then: [runs(12)],
  },
  {
    why: "an amendment after a retraction brings the event back",
    until,
    events: [start, stop, retracted(stop, 1), later],
    worked: "revision 2 says 22:00: 12 h",
    then: [runs(12)],
  },
  {
    why: "of equal revisions the greatest source and id counts",
    until,
    events: [start, stop, amended(stop, 1, noon, { id: "b" }), amended(stop, 1, { time: clock("13:00") }, { id: "a" })],
    worked: "b says 12:00: 2 h",
    then: [runs(2)],
  },
  {
    why: "a revision can itself be revised",
    until,
    events: [start, stop, soon, { ...amended(soon, 1, { ...stop, id: "first", time: clock("15:00") }), id: "third" }],
    worked: "the stop, first moved to 12, was at 15 after all: 5 h",
    then: [runs(5)],
  },
  {
    why: "a retraction of an amendment leaves nothing: the original stays replaced",
    until,
    events: [start, stop, soon, retracted(soon, 1)],
    worked: "neither stop counts: 14 h",
    then: [runs(14)],
  },
  {
    why: "what revises a revision that lost, lost with it",
    until,
    events: [
      start,
      stop,
      soon,
      later,
      { ...amended(soon, 9, { ...stop, id: "first", time: clock("11:00") }), id: "x" },
    ],
    worked: "revision 2 of the stop says 22:00, and the stop counts once: 12 h",
    then: [runs(12)],
  },
  {
    why: "a repeat of a revision with other content is nothing",
    until,
    events: [start, stop, soon, amended(stop, 7, { time: clock("11:00") }, { id: "first" })],
    worked: "the first arrival of the revision said 12:00: 2 h",
    then: [runs(2)],
  },
  {
    why: "an amendment can move an event to another resource, account, type and shape",
    until,
    events: [
      start,
      amended(start, 1, {
        type: "VOLUME.CREATE",
        data: { account_id: "other", resource: "v1", size: "2", offering: "ssd" },
      }),
    ],
    worked: "no VM runs; 2 bytes × 14 h of other",
    then: [`${day} other 6 100800000 1 ssd`],
  },
  {
    why: "in one instant an amended event stands under its original's id",
    until,
    events: [
      start,
      event(clock("11:00"), "VM.DYNAMIC.SCALE", { offering: "m" }, { id: "m" }),
      amended(
        event(clock("12:00"), "VM.DYNAMIC.SCALE", { offering: "a" }, { id: "a" }),
        1,
        { time: clock("11:00") },
        {
          id: "z",
        },
      ),
    ],
    worked: "a, then m, though the amendment itself is z: m holds 11–24",
    then: [runs(1), runs(13, "m")],
  },
  {
    why: "a deletion of an account that is retracted deletes nothing",
    until,
    events: ((gone) => [start, gone, retracted(gone, 1)])(
      event(clock("12:00"), "ACCOUNT.DELETE", { resource: "acme" }),
    ),
    worked: "10–24 = 14 h",
    then: [runs(14)],
  },
  {
    why: "revised samples move the baseline of those after them",
    until,
    events: ((low, high) => [
      low,
      high,
      amended(low, 1, { data: { ...low.data, readings: { network_bytes_sent: "60" } } }),
    ])(
      event(clock("10:00"), "tally.counter", { readings: { network_bytes_sent: "50" } }),
      event(clock("11:00"), "tally.counter", { readings: { network_bytes_sent: "100" } }),
    ),
    worked: "100 − 60 = 40 instead of 50",
    then: [`${day} acme 4 40 1`],
  },
];

test.each(cases)("$why", (story) => {
  expect(answerTo(story)).toEqual([...story.then].sort());
});
