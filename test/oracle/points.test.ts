import { expect, test } from "vitest";
import type { EventData, EventJson } from "./event.ts";
import { oracleRecords, type OracleType } from "./index.ts";
import { answerTo, type Case, clock, event } from "./story.ts";

const until = clock("00:00", 12);
const day = "2026-03-10T00:00:00.000Z";
const next = "2026-03-11T00:00:00.000Z";
const effects = { "APP.DONE": "report" } as const;
const reading = "tokens";
const sum: OracleType = { usage_type: 900, measure: "sum", effects, reading };
const count: OracleType = { usage_type: 901, measure: "count", effects };
const max: OracleType = { usage_type: 902, measure: "max", effects, reading };
const unique: OracleType = { usage_type: 903, measure: "unique", effects, reading: "user", shape_by: ["offering"] };
const latest: OracleType = { usage_type: 904, measure: "latest", effects, reading };

const done = (
  time: string,
  tokens: string | null,
  data: Partial<EventData> = {},
  envelope: Partial<EventJson> = {},
): EventJson => event(time, "APP.DONE", { ...(tokens === null ? {} : { readings: { tokens } }), ...data }, envelope);

const several = [
  done(clock("10:00"), "5"),
  done(clock("10:00"), "7"),
  done(clock("11:00"), "7"),
  done(clock("12:00"), "6"),
];

const cases: readonly Case[] = [
  {
    why: "a sum adds readings, one slice an instant",
    until,
    types: [sum],
    events: several,
    worked: "5 + 7 + 7 + 6 = 25 at 10:00, 11:00 and 12:00",
    then: [`${day} acme 900 25 3`],
  },
  {
    why: "a count counts events, with or without readings",
    until,
    types: [count],
    events: [...several, done(clock("13:00"), null)],
    worked: "5 events at four instants",
    then: [`${day} acme 901 5 4`],
  },
  {
    why: "a maximum is the largest of the window, and of each window anew",
    until,
    types: [max],
    events: [...several, done(clock("01:00", 11), "2")],
    worked: "7 on the 10th, 2 on the 11th",
    then: [`${day} acme 902 7 1`, `${next} acme 902 2 1`],
  },
  {
    why: "latest is the last in step order: time, sequence, id",
    until,
    types: [latest],
    events: [
      done(clock("12:00"), "3", {}, { id: "z" }),
      done(clock("12:00"), "4", {}, { id: "a" }),
      done(clock("12:00"), "9", {}, { id: "zz", sequence: "1" }),
      done(clock("11:00"), "8"),
    ],
    worked: "at 12:00 the sequenced one is first, then a, then z: 3",
    then: [`${day} acme 904 3 1`],
  },
  {
    why: "unique counts different values of a detail, which the shape need not tell apart",
    until,
    types: [unique],
    events: ["ann", "bob", "ann"].map((user, index) =>
      done(clock(`1${index}:00`), null, { offering: "gold", details: { user, seen: String(index) } }),
    ),
    worked: "ann and bob: 2, in one slice",
    then: [`${day} acme 903 2 1 gold`],
  },
  {
    why: "an event without the reading or the detail means nothing",
    until,
    types: [sum, max, unique, latest],
    events: [done(clock("10:00"), null, { readings: { other: "3" }, details: { group: "x" } })],
    worked: "neither tokens nor user",
    then: [],
  },
  {
    why: "zero is no record: a sum, a maximum or a latest of it",
    until,
    types: [sum, max, latest],
    events: [
      done(clock("10:00"), "5", { part: "a" }),
      done(clock("11:00"), "0", { part: "a" }),
      done(clock("10:00"), "0"),
    ],
    worked: "part a: sum 5, maximum 5, latest 0; without a part all are 0",
    then: [`${day} acme 900 5 1 @a`, `${day} acme 902 5 1 @a`],
  },
  {
    why: "each account and shape has its own sum, maximum and latest",
    until,
    types: [sum, max, latest],
    events: [
      done(clock("10:00"), "5"),
      done(clock("11:00"), "3", { offering: "gold" }),
      done(clock("12:00"), "2", { account_id: "other" }),
    ],
    worked: "one event each",
    then: [900, 902, 904].flatMap((type) => [
      `${day} acme ${type} 5 1`,
      `${day} acme ${type} 3 1 gold`,
      `${day} other ${type} 2 1`,
    ]),
  },
  {
    why: "what is reported on an edge belongs to the window it opens",
    until,
    types: [sum],
    events: [done(clock("00:00", 11), "4")],
    worked: "4 on the 11th",
    then: [`${next} acme 900 4 1`],
  },
];

test.each(cases)("$why", (story) => {
  expect(answerTo(story)).toEqual([...story.then].sort());
});

const hour = (time: string): number => Date.parse(clock(time));

test.each([
  [sum, "10:00", "12:00", "the first and the last instant that count"],
  [max, "10:00", "10:00", "the earliest that reaches it"],
  [latest, "12:00", "12:00", "the last"],
])("of a point record $measure the slices lie at the deciding instants and take no time", (type, first, last) => {
  const until_ms = Date.UTC(2026, 2, 11);
  const input = { events: several, account_zones: {}, default_zone: "UTC", range_minutes: 1440, until_ms };
  const [record] = oracleRecords({ ...input, types: [type] });
  expect(record).toMatchObject({ first_ms: hour(first), last_ms: hour(last) + 1, duration_ms: 0n });
});
