import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { unmeteredEventTypes } from "../../core/event-types.ts";
import { createRegistry } from "../../core/registry.ts";
import { kinds } from "./case-cells.ts";
import { cloudstackFaults } from "./cloudstack-faults.ts";
import { type Cell, edges, measures, measuresFed, readCoverage, writtenCoverage } from "./coverage.ts";

const coverage = readCoverage();
const cases = [...coverage.cases];
const empty = (cells: readonly Cell[]): string[] =>
  cells.filter(({ cases: ids, reason }) => ids.length === 0 && reason === "").map(({ cell }) => cell);

test("every event meets every kind of resource in every state it can be in", () => {
  expect(empty(coverage.events)).toEqual([]);
});

test("every measure is shown at every edge, or it is said why that cannot be", () => {
  expect(empty(coverage.measures)).toEqual([]);
});

test("every known fault of CloudStack that concerns metering has a case that shows it is not ours", () => {
  expect(empty(coverage.faults)).toEqual([]);
});

test("what has a case needs no reason", () => {
  const both = [...coverage.events, ...coverage.measures, ...coverage.faults].filter(
    ({ cases: ids, reason }) => ids.length > 0 && reason !== "",
  );
  expect(both.map(({ cell }) => cell)).toEqual([]);
});

test("every event type that meters anything is an event of some kind, a report or the name of a reading", () => {
  const met = new Set(kinds.flatMap(({ events }) => events));
  const left = [...createRegistry().eventTypes()].filter(
    (type) => !met.has(type) && !unmeteredEventTypes.includes(type),
  );
  expect(left.sort()).toEqual(["tally.counter", "tally.gauge"]);
});

test("cases claim only cells there are, of measures their events feed, and name only faults there are", () => {
  const cells = new Set(measures.flatMap((measure) => edges.map((edge) => `${measure}/${edge}`)));
  const refs = new Set(cloudstackFaults.map(({ ref }) => ref));
  for (const [id, one] of cases) {
    const fed = measuresFed(one);
    for (const cell of one.covers) {
      expect(cells, `${id} covers ${cell}`).toContain(cell);
      expect(fed, `${id} covers ${cell}`).toContain(cell.split("/")[0]);
      if (cell.endsWith("/late") || cell.endsWith("/duplicate")) expect(one.steps.length, id).toBeGreaterThan(1);
    }
    for (const ref of one.refs) expect(refs, `${id} names ${ref}`).toContain(ref);
  }
});

test("every case says why it is there and works its sum", () => {
  const silent = cases.filter(([, { why, worked }]) => why.trim() === "" || !/\d/.test(worked));
  expect(silent.map(([id]) => id)).toEqual([]);
  const whys = cases.map(([, { file, why }]) => `${file}: ${why}`);
  expect(whys.filter((why, index) => whys.indexOf(why) !== index)).toEqual([]);
});

test("test/COVERAGE.md is what the cases cover (npm run coverage writes it)", () => {
  const written = readFileSync(new URL("../COVERAGE.md", import.meta.url), "utf8");
  expect(written).toBe(writtenCoverage(coverage));
});
