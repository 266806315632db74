import { expect, test } from "vitest";
import { answerTo, type Case, event } from "./story.ts";

const until = "2026-03-11T00:00:00Z";
const noon = "2026-03-10T12:00:00Z";
const start = event("2026-03-10T11:00:00Z", "VM.START", { offering: "old" });
const oldHour = "2026-03-10T00:00:00.000Z acme 1 3600000 1 old";
// From noon to midnight: 12 × 3,600,000.
const restAs = (offering: string): string => `2026-03-10T00:00:00.000Z acme 1 43200000 1 ${offering}`;
const scale = (offering: string, envelope: object): Case["events"][number] =>
  event(noon, "VM.DYNAMIC.SCALE", { offering }, envelope);

/** Which of the events of one instant speaks last, and what a state is made of. */
const cases: readonly Case[] = [
  {
    why: "of two changes in one instant the one with the greater id has the last word",
    until,
    events: [start, scale("b", { id: "z-b" }), scale("a", { id: "z-a" })],
    worked: "z-a, then z-b: b holds from 12:00",
    then: [oldHour, restAs("b")],
  },
  {
    why: "ids are compared by their UTF-8 bytes",
    until,
    events: [start, scale("emoji", { id: "😀" }), scale("tilde", { id: "～" })],
    worked: "U+FF5E is EF BD 9E, U+1F600 is F0 9F 98 80: the emoji is last, though its UTF-16 units are less",
    then: [oldHour, restAs("emoji")],
  },
  {
    why: "the source is compared before the id",
    until,
    events: [start, scale("b", { source: "b", id: "1" }), scale("a", { source: "a", id: "2" })],
    worked: "(a, 2), then (b, 1)",
    then: [oldHour, restAs("b")],
  },
  {
    why: "the source is compared before the sequence",
    until,
    events: [start, scale("b", { source: "b", sequence: "1" }), scale("a", { source: "a", sequence: "2" })],
    worked: "(a, 2), then (b, 1)",
    then: [oldHour, restAs("b")],
  },
  {
    why: "sequences beyond 2^53 are told apart",
    until,
    events: [
      start,
      scale("first", { id: "z-2", sequence: "9007199254740992" }),
      scale("second", { id: "z-1", sequence: "9007199254740993" }),
    ],
    worked: "…992, then …993; as doubles they are equal and the ids would decide the other way",
    then: [oldHour, restAs("second")],
  },
  {
    why: "an open and a change in one instant take effect in that order",
    until,
    events: [event(noon, "VM.DYNAMIC.SCALE", { offering: "scaled" }), event(noon, "VM.START", { offering: "started" })],
    worked: "start, then scale: scaled holds 12:00–24:00; the allocation was never opened",
    then: [restAs("scaled")],
  },
  {
    why: "a change hands the resource to the account it names",
    until,
    events: [start, event(noon, "VM.DYNAMIC.SCALE", { account_id: "other", offering: "old" })],
    worked: "acme 11:00–12:00, other 12:00–24:00",
    then: [oldHour, "2026-03-10T00:00:00.000Z other 1 43200000 1 old"],
  },
  {
    why: "upgrade and start change what is allocated",
    until,
    events: [
      event("2026-03-10T09:00:00Z", "VM.CREATE", { offering: "a" }),
      event("2026-03-10T11:00:00Z", "VM.UPGRADE", { offering: "b" }),
      event(noon, "VM.START", { offering: "c" }),
    ],
    worked: "a 09:00–11:00, b 11:00–12:00, c 12:00–24:00; running as c for the same 12 h",
    then: [
      "2026-03-10T00:00:00.000Z acme 2 7200000 1 a",
      "2026-03-10T00:00:00.000Z acme 2 3600000 1 b",
      "2026-03-10T00:00:00.000Z acme 2 43200000 1 c",
      restAs("c"),
    ],
  },
  {
    why: "attaching and detaching cut a volume's interval, and its virtual size is part of its shape",
    until,
    events: [
      event("2026-03-10T09:00:00Z", "VOLUME.CREATE", { size: "10" }),
      event("2026-03-10T10:00:00Z", "VOLUME.ATTACH", { size: "10", vm: "vm-1" }),
      event("2026-03-10T12:00:00Z", "VOLUME.DETACH", { size: "10", vm: "" }),
      event("2026-03-10T13:00:00Z", "VOLUME.RESIZE", { size: "10", virtual_size: "77" }),
      event("2026-03-10T14:00:00Z", "VOLUME.DELETE", { size: "99" }),
    ],
    worked: "free 09–10 and 12–13 = 2 h in two slices, at vm-1 2 h, with virtual size 1 h; × 3,600,000 × 10",
    then: [
      "2026-03-10T00:00:00.000Z acme 6 72000000 2",
      "2026-03-10T00:00:00.000Z acme 6 72000000 1 vm-1",
      "2026-03-10T00:00:00.000Z acme 6 36000000 1 77",
    ],
  },
  {
    why: "tags are a set of pairs, and null is the same as empty",
    until,
    events: [
      event("2026-03-10T09:00:00Z", "VM.START", { tags: { a: "1", b: "2" }, project_id: "" }),
      event("2026-03-10T10:00:00Z", "VM.START", { tags: { b: "2", a: "1" }, project_id: null }),
      event(noon, "VM.START", { tags: { a: "1" } }),
    ],
    worked: "both tags 09:00–12:00 = 3 h in one slice, one tag 12:00–24:00",
    then: ["2026-03-10T00:00:00.000Z acme 1 10800000 1 a=1 b=2", "2026-03-10T00:00:00.000Z acme 1 43200000 1 a=1"],
  },
  {
    why: "what is finer than a millisecond is cut off, not rounded",
    until,
    events: [event("2026-03-10T10:00:00.0009Z", "VM.START"), event("2026-03-10T10:00:00.001Z", "VM.STOP")],
    worked: ".000 to .001: 1 ms; rounded it would have no length",
    then: ["2026-03-10T00:00:00.000Z acme 1 1 1"],
  },
];

test.each(cases)("$why", (story) => {
  expect(answerTo(story)).toEqual([...story.then].sort());
});
