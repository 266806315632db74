import { expect, test } from "vitest";
import { cutSpans, dueSpans, earlierEdges, nextEdge } from "../../aggregate/windows.ts";
import { formatInstant, type InstantMs, instant } from "../../core/instant.ts";
import { at } from "../at.ts";

const MINUTE_MS = 60_000;

const texts = (edges: readonly InstantMs[]): string[] => edges.map((edge) => formatInstant(edge));

/** The edges of spans that tile, as one list; fails where one span does not begin where the former ended. */
function tiled(spans: readonly { readonly edges: readonly InstantMs[] }[]): InstantMs[] {
  const all: InstantMs[] = [];
  for (const { edges } of spans) {
    if (all.length > 0) expect(edges[0]).toBe(all.at(-1));
    all.push(...(all.length > 0 ? edges.slice(1) : edges));
  }
  return all;
}

const days = [{ from_ms: 0, range_minutes: 1440 }];
const amsterdam = { zone: "Europe/Amsterdam", ranges: days };
const utc = { zone: "UTC", ranges: days };
/** Nobody comes or goes. */
const settled = { ends: instant(Number.MAX_SAFE_INTEGER), turns: [] };

test("windows go on where the last published one ended, whatever the first event", () => {
  const published_to = at("2026-10-25T00:00:00+02:00");
  const until = at("2026-10-27T12:00:00+01:00");
  for (const begins of [null, at("2020-01-01T00:00:00Z"), at("2026-10-26T09:00:00Z")]) {
    // the 25th has 25 hours; the 27th has not ended
    expect(
      dueSpans({ ...amsterdam, ...settled, published_to, begins, until }).map(({ edges }) => texts(edges)),
    ).toEqual([["2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z", "2026-10-26T23:00:00.000Z"]]);
  }
});

test("windows begin with the one that holds the zone's first event", () => {
  const until = at("2026-03-12T00:00:00Z");
  const due = (begins: InstantMs): string[] =>
    texts(tiled(dueSpans({ ...utc, ...settled, published_to: null, begins, until })));
  const threeEdges = ["2026-03-10T00:00:00.000Z", "2026-03-11T00:00:00.000Z", "2026-03-12T00:00:00.000Z"];
  expect(due(at("2026-03-10T17:31:00Z"))).toEqual(threeEdges);
  expect(due(at("2026-03-10T00:00:00Z"))).toEqual(threeEdges);
  expect(due(at("2026-03-09T23:59:59.999Z"))).toEqual(["2026-03-09T00:00:00.000Z", ...threeEdges]);
});

test("nothing is due without an event, before the first event, or until the next window has ended", () => {
  const published_to = at("2026-03-10T00:00:00Z");
  const nothing = { ...utc, ...settled, published_to: null, begins: null };
  expect(dueSpans({ ...nothing, until: at("2026-03-10T00:00:00Z") })).toEqual([]);
  const late = { ...nothing, begins: at("2026-03-11T05:00:00Z") };
  expect(dueSpans({ ...late, until: at("2026-03-10T00:00:00Z") })).toEqual([]);
  expect(dueSpans({ ...late, until: at("2026-03-11T23:59:59.999Z") })).toEqual([]);
  expect(dueSpans({ ...nothing, published_to, until: published_to })).toEqual([]);
  expect(dueSpans({ ...nothing, published_to, until: at("2026-03-09T00:00:00Z") })).toEqual([]);
  expect(dueSpans({ ...nothing, published_to, until: at("2026-03-10T23:59:59.999Z") })).toEqual([]);
  expect(dueSpans({ ...nothing, published_to, until: at("2026-03-11T00:00:00Z") })).toHaveLength(1);
});

test("a changed range goes on from where the former ended, without a gap or an overlap", () => {
  // hours were published to 05:00; days begin at midnight, so the first window is what is left of the 10th
  const due = dueSpans({
    ...utc,
    ...settled,
    published_to: at("2026-03-10T05:00:00Z"),
    begins: null,
    until: at("2026-03-12T00:00:00Z"),
  });
  expect(texts(tiled(due))).toEqual([
    "2026-03-10T05:00:00.000Z",
    "2026-03-11T00:00:00.000Z",
    "2026-03-12T00:00:00.000Z",
  ]);
});

test("many windows are cut in spans of at most 3,000 that tile", () => {
  const begins = at("2026-01-01T00:07:00Z");
  const until = at("2026-03-12T00:00:00Z");
  const spans = dueSpans({
    zone: "UTC",
    ranges: [{ from_ms: 0, range_minutes: 15 }],
    ...settled,
    published_to: null,
    begins,
    until,
  });
  // 31 + 28 + 11 = 70 days of 96 windows = 6,720
  expect(spans.map(({ edges }) => edges.length - 1)).toEqual([3_000, 3_000, 720]);
  const edges = tiled(spans);
  expect(edges[0]).toBe(at("2026-01-01T00:00:00Z"));
  expect(edges.at(-1)).toBe(until);
  expect(new Set(edges.slice(1).map((edge, index) => edge - (edges[index] ?? edge)))).toEqual(
    new Set([15 * MINUTE_MS]),
  );
});

test.each([
  { windows: -1, spans: [] },
  { windows: 0, spans: [] },
  { windows: 1, spans: [1] },
  { windows: 3_000, spans: [3_000] },
  { windows: 3_001, spans: [3_000, 1] },
  { windows: 6_000, spans: [3_000, 3_000] },
])("$windows windows are cut in spans of $spans", ({ windows, spans }) => {
  const edges = Array.from({ length: windows + 1 }, (_, index) => instant(index * MINUTE_MS));
  const cut = cutSpans("UTC", edges);
  expect(cut.map((span) => span.edges.length - 1)).toEqual(spans);
  expect(cut.every(({ zone }) => zone === "UTC")).toBe(true);
  if (windows > 0) expect(tiled(cut)).toEqual(edges);
});

test("windows for a fact before the first published one reach back to it and end where the published ones begin", () => {
  const published_from = at("2026-03-29T00:00:00+01:00");
  const asked = earlierEdges({ ...amsterdam, published_from, at: at("2026-03-26T13:00:00+01:00") });
  // starts of the 26th, 27th and 28th; the 29th is published
  expect(texts(asked)).toEqual(["2026-03-25T23:00:00.000Z", "2026-03-26T23:00:00.000Z", "2026-03-27T23:00:00.000Z"]);
});

test("earlier windows end where the published ones begin even if that is no edge of the range of today", () => {
  // published from 05:00 in hours, now days: the last earlier window is cut at 05:00
  const published_from = at("2026-03-10T05:00:00Z");
  const asked = earlierEdges({ ...utc, published_from, at: at("2026-03-08T20:00:00Z") });
  expect(texts([...asked, published_from])).toEqual([
    "2026-03-08T00:00:00.000Z",
    "2026-03-09T00:00:00.000Z",
    "2026-03-10T00:00:00.000Z",
    "2026-03-10T05:00:00.000Z",
  ]);
  const sameDay = earlierEdges({ ...utc, published_from, at: at("2026-03-10T01:00:00Z") });
  expect(texts(sameDay)).toEqual(["2026-03-10T00:00:00.000Z"]);
});

test("a fact within what is published asks for no earlier windows", () => {
  const published_from = at("2026-03-10T00:00:00Z");
  expect(earlierEdges({ ...utc, published_from, at: published_from })).toEqual([]);
  expect(earlierEdges({ ...utc, published_from, at: at("2026-03-11T00:00:00Z") })).toEqual([]);
  const justBefore = earlierEdges({ ...utc, published_from, at: at("2026-03-09T23:59:59.999Z") });
  expect(texts(justBefore)).toEqual(["2026-03-09T00:00:00.000Z"]);
});

test("a change of range is an edge of both ranges: windows on either side have the length that holds there", () => {
  const ranges = [
    { from_ms: 0, range_minutes: 1440 },
    { from_ms: at("2026-11-01T00:00:00+01:00"), range_minutes: 480 },
  ];
  const published_to = at("2026-10-31T00:00:00+01:00");
  const until = at("2026-11-01T20:00:00+01:00");
  const due = dueSpans({ zone: "Europe/Amsterdam", ranges, ...settled, published_to, begins: null, until });
  expect(texts(tiled(due))).toEqual([
    "2026-10-30T23:00:00.000Z",
    "2026-10-31T23:00:00.000Z",
    "2026-11-01T07:00:00.000Z",
    "2026-11-01T15:00:00.000Z",
  ]);
});

test("an edge asked for at an edge is that edge, within a window the end of it, in the range that holds then", () => {
  const ranges = [
    { from_ms: 0, range_minutes: 1440 },
    { from_ms: at("2026-11-01T00:00:00Z"), range_minutes: 60 },
  ];
  const next = (time: string): string => formatInstant(nextEdge({ zone: "UTC", ranges }, at(time)));
  expect(next("2026-10-31T00:00:00Z")).toBe("2026-10-31T00:00:00.000Z");
  expect(next("2026-10-31T00:00:00.001Z")).toBe("2026-11-01T00:00:00.000Z");
  expect(next("2026-11-01T00:30:00Z")).toBe("2026-11-01T01:00:00.000Z");
});

test("a zone is published to where its last account leaves, and no further", () => {
  const ends = at("2026-03-11T00:00:00Z");
  const gone = { ...utc, ...settled, ends, begins: null, until: at("2026-03-14T00:00:00Z") };
  const due = dueSpans({ ...gone, published_to: at("2026-03-09T00:00:00Z") });
  expect(texts(tiled(due))).toEqual([
    "2026-03-09T00:00:00.000Z",
    "2026-03-10T00:00:00.000Z",
    "2026-03-11T00:00:00.000Z",
  ]);
  expect(dueSpans({ ...gone, published_to: ends })).toEqual([]);
});

test("spans are cut where an account comes or goes, so that within one nobody does", () => {
  const turns = ["2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z", "2026-03-04T12:00:00Z", "2026-03-06T00:00:00Z"].map(
    at,
  );
  const spans = dueSpans({
    ...utc,
    ...settled,
    turns,
    published_to: at("2026-03-01T00:00:00Z"),
    begins: null,
    until: at("2026-03-06T00:00:00Z"),
  });
  expect(spans.map(({ edges }) => texts([...edges.slice(0, 1), ...edges.slice(-1)]))).toEqual([
    ["2026-03-01T00:00:00.000Z", "2026-03-03T00:00:00.000Z"],
    ["2026-03-03T00:00:00.000Z", "2026-03-05T00:00:00.000Z"],
    ["2026-03-05T00:00:00.000Z", "2026-03-06T00:00:00.000Z"],
  ]);
  tiled(spans);
});
