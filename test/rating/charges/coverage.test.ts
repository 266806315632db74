import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readChargesCoverage, writtenChargesCoverage } from "./coverage.ts";

const coverage = readChargesCoverage();

test("every kind of charge is shown at every edge, or it is said why that cannot be; what has a case needs no reason", () => {
  const unclear = coverage.cells.filter(({ cases, reason }) => (cases.length === 0) === (reason === ""));
  expect(unclear.map(({ cell }) => cell)).toEqual([]);
});

test("cases claim only cells there are, of kinds they have, and what their period, currency or late facts bear out", () => {
  const cells = new Set(coverage.cells.map(({ cell }) => cell));
  for (const { why, covers = [], given, then } of coverage.cases) {
    for (const cell of covers) {
      const [kind = "", edge = ""] = cell.split("/");
      expect(cells, `${why} covers ${cell}`).toContain(cell);
      const charges = given.charges.filter((charge) => charge.kind === kind);
      expect(charges, `${why} covers ${cell}`).not.toEqual([]);
      const isNothing = edge === "border" || edge === "empty";
      if (!isNothing)
        expect(
          then.lines.map((line) => line["kind"]),
          `${why} covers ${cell}`,
        ).toContain(kind);
      if (edge === "empty") expect(given.use, why).toEqual([]);
      if (edge === "late fact") expect(given.late, why).toBeDefined();
      if (edge === "mid-period change")
        expect(
          charges.every(({ valid_from }) => valid_from !== undefined),
          why,
        ).toBe(true);
      if (edge === "move between accounts") expect(new Set(given.use.map(({ account }) => account)).size, why).toBe(2);
      if (["JPY", "USD", "BHD"].includes(edge)) expect(given.currency, why).toBe(edge);
      if (edge === "DST") expect(given.period, why).toMatch(/-(03|10)$/);
      if (edge === "February" || edge === "leap year") expect(given.period, why).toMatch(/-02$/);
      if (edge === "leap year") expect(Number(given.period.slice(0, 4)) % 4, why).toBe(0);
    }
  }
});

test("cases of closed months claim only charges they have, of a month that is closed before more is heard of it", () => {
  const cells = new Set(coverage.cells.map(({ cell }) => cell));
  for (const { why, covers_charges = [], given } of coverage.closed.values()) {
    for (const cell of covers_charges) {
      const [kind = "", edge = ""] = cell.split("/");
      expect(cells, `${why} covers ${cell}`).toContain(cell);
      expect(edge, why).toBe("closed period");
      expect(
        (given.charges ?? []).map((charge) => charge.kind),
        `${why} covers ${cell}`,
      ).toContain(kind);
    }
    const closed = given.course.findIndex((step) => "close" in step);
    expect(closed, why).toBeGreaterThan(0);
    expect(
      given.course.slice(closed).some((step) => "use" in step),
      why,
    ).toBe(true);
  }
});

test("every case says why it is there, once, and works its sum", () => {
  const silent = coverage.cases.filter(({ why, worked }) => why.trim() === "" || worked.trim() === "");
  expect(silent).toEqual([]);
  const whys = coverage.cases.map(({ why }) => why);
  expect(whys.filter((why, index) => whys.indexOf(why) !== index)).toEqual([]);
});

test("test/COVERAGE-CHARGES.md is what the cases cover (npm run coverage writes it)", () => {
  const written = readFileSync(new URL("../../COVERAGE-CHARGES.md", import.meta.url), "utf8");
  expect(written).toBe(writtenChargesCoverage(coverage));
});
