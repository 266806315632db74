import { expect, test } from "vitest";
import type { EventData, EventJson } from "./event.ts";
import { oracleRecords } from "./index.ts";
import { answerTo, type Case, clock, event } from "./story.ts";

const until = clock("00:00", 12);
const day = "2026-03-10T00:00:00.000Z";
const next = "2026-03-11T00:00:00.000Z";

const sample = (
  time: string,
  bytes: string,
  data: Partial<EventData> = {},
  envelope: Partial<EventJson> = {},
): EventJson => event(time, "tally.counter", { readings: { network_bytes_sent: bytes }, ...data }, envelope);

const cases: readonly Case[] = [
  {
    why: "the first sample is the baseline, each later one adds what it is above the former",
    until,
    events: [sample(clock("10:00"), "1000"), sample(clock("11:00"), "1500"), sample(clock("12:00"), "1700")],
    worked: "0 + 500 + 200, at two instants",
    then: [`${day} acme 4 700 2`],
  },
  {
    why: "a sample on an edge belongs wholly to the window it closes",
    until,
    events: [
      sample(clock("10:00"), "1000"),
      sample(clock("00:00", 11), "1500"),
      sample(clock("00:00:00.001", 11), "1502"),
    ],
    worked: "500 on the 10th, 2 on the 11th",
    then: [`${day} acme 4 500 1`, `${next} acme 4 2 1`],
  },
  {
    why: "what was counted over many days belongs to the day of the sample that shows it",
    until,
    events: [sample("2026-03-01T10:00:00Z", "1000"), sample(clock("10:00", 11), "9000")],
    worked: "8000 on the 11th",
    then: [`${next} acme 4 8000 1`],
  },
  {
    why: "without epochs a drop is a reset, and the new value counts",
    until,
    events: [sample(clock("10:00"), "1000"), sample(clock("11:00"), "30"), sample(clock("12:00"), "50")],
    worked: "30 + 20",
    then: [`${day} acme 4 50 2`],
  },
  {
    why: "a drop where only one of the two has an epoch is a reset too",
    until,
    events: [sample(clock("10:00"), "1000", { epoch: "a" }), sample(clock("11:00"), "30")],
    worked: "30",
    then: [`${day} acme 4 30 1`],
  },
  {
    why: "a sample above one of unknown epoch adds the difference",
    until,
    events: [sample(clock("10:00"), "1000"), sample(clock("11:00"), "1100", { epoch: "a" })],
    worked: "100",
    then: [`${day} acme 4 100 1`],
  },
  {
    why: "a new epoch starts at zero, even where its value is above the last",
    until,
    events: [sample(clock("10:00"), "1000", { epoch: "a" }), sample(clock("11:00"), "1200", { epoch: "b" })],
    worked: "1200",
    then: [`${day} acme 4 1200 1`],
  },
  {
    why: "within an epoch a lower sample adds nothing and the high mark stays",
    until,
    events: [
      sample(clock("10:00"), "100", { epoch: "a" }),
      sample(clock("11:00"), "500", { epoch: "a" }),
      sample(clock("12:00"), "400", { epoch: "a" }),
      sample(clock("13:00"), "600", { epoch: "a" }),
    ],
    worked: "400 + 0 + (600 − 500) = 500 at two instants",
    then: [`${day} acme 4 500 2`],
  },
  {
    why: "delta samples are what they say and leave the baseline alone",
    until,
    events: [
      sample(clock("09:00"), "7", { counter: "delta" }),
      sample(clock("10:00"), "100"),
      sample(clock("11:00"), "5", { counter: "delta" }),
      sample(clock("12:00"), "130"),
    ],
    worked: "7 + 0 + 5 + 30 = 42 at three instants",
    then: [`${day} acme 4 42 3`],
  },
  {
    why: "each reading and each part is a counter of its own, and a sample without the reading says nothing to it",
    until,
    events: [
      sample(clock("10:00"), "100", { part: "network/1" }),
      sample(clock("11:00"), "100", { part: "network/2" }),
      event(clock("12:00"), "tally.counter", {
        part: "network/1",
        epoch: "z",
        readings: { network_bytes_received: 5 },
      }),
      event(clock("13:00"), "tally.counter", {
        part: "network/1",
        epoch: "z",
        readings: { network_bytes_sent: "90", network_bytes_received: 25 },
      }),
    ],
    worked: "sent: the drop to 90 meets a high without an epoch, so it is a reset; received: 25 − 5",
    then: [`${day} acme 4 90 1 @network/1`, `${day} acme 5 20 1 @network/1`],
  },
  {
    why: "what a sample adds is its own account's and shape's",
    until,
    events: [sample(clock("10:00"), "100"), sample(clock("11:00"), "150", { account_id: "other", offering: "gold" })],
    worked: "other: 50",
    then: [`${day} other 4 50 1 gold`],
  },
  {
    why: "two samples in one instant are one slice, in the order of their sequence",
    until,
    events: [
      sample(clock("10:00"), "100"),
      sample(clock("11:00"), "10", {}, { id: "a", sequence: "8" }),
      sample(clock("11:00"), "150", {}, { id: "b", sequence: "7" }),
    ],
    worked: "50, then a reset to 10: 60 at one instant",
    then: [`${day} acme 4 60 1`],
  },
  {
    why: "values up to 2^63 − 1 are exact",
    until,
    events: [
      sample(clock("10:00"), "1"),
      sample(clock("11:00"), "9223372036854775807"),
      sample(clock("12:00"), "9223372036854775807", { counter: "delta" }),
    ],
    worked: "(2^63 − 2) + (2^63 − 1) = 18,446,744,073,709,551,613",
    then: [`${day} acme 4 18446744073709551613 2`],
  },
  {
    why: "a sample that adds nothing is no record",
    until,
    events: [
      sample(clock("10:00"), "100"),
      sample(clock("11:00"), "100"),
      sample(clock("12:00"), "0", { counter: "delta" }),
    ],
    worked: "0 + 0 + 0",
    then: [],
  },
];

test.each(cases)("$why", (story) => {
  expect(answerTo(story)).toEqual([...story.then].sort());
});

test("the slice of a sample is the millisecond before it, and takes no time", () => {
  const events = [sample(clock("00:00"), "5", { counter: "delta" })];
  const until_ms = Date.UTC(2026, 2, 11);
  const [record] = oracleRecords({ events, account_zones: {}, default_zone: "UTC", range_minutes: 1440, until_ms });
  // The only sample is on midnight: its window is the day before, although no event lies in that.
  expect(record).toMatchObject({
    window_start_ms: Date.UTC(2026, 2, 9),
    first_ms: Date.UTC(2026, 2, 10) - 1,
    last_ms: Date.UTC(2026, 2, 10),
    duration_ms: 0n,
  });
});
