import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { modelsOf, readPricingCoverage, writtenPricingCoverage } from "./coverage.ts";

const coverage = readPricingCoverage();

test("every model is shown at every edge, or it is said why that cannot be; what has a case needs no reason", () => {
  const unclear = coverage.cells.filter(({ cases, reason }) => (cases.length === 0) === (reason === ""));
  expect(unclear.map(({ cell }) => cell)).toEqual([]);
});

test("cases claim only cells there are, of models their tariffs have, and what their period, currency or late facts bear out", () => {
  const cells = new Set(coverage.cells.map(({ cell }) => cell));
  for (const [id, golden] of coverage.cases) {
    const { covers = [], given } = golden;
    for (const cell of covers) {
      const [model = "", edge = ""] = cell.split("/");
      expect(cells, `${id} covers ${cell}`).toContain(cell);
      expect(modelsOf(golden), `${id} covers ${cell}`).toContain(model);
      if (edge === "late fact") expect(given.late, `${id} covers ${cell}`).toBeDefined();
      if (["JPY", "USD", "BHD"].includes(edge)) expect(given.currency, `${id} covers ${cell}`).toBe(edge);
      if (edge === "February" || edge === "leap year") expect(given.period, `${id} covers ${cell}`).toMatch(/-02$/);
      if (edge === "leap year") expect(Number(given.period.slice(0, 4)) % 4, `${id} covers ${cell}`).toBe(0);
    }
  }
});

test("every case says why it is there and works its sum", () => {
  const silent = [...coverage.cases].filter(([, { why, worked }]) => why.trim() === "" || !/\d/.test(worked));
  expect(silent.map(([id]) => id)).toEqual([]);
  const whys = [...coverage.cases.values()].map(({ why }) => why);
  expect(whys.filter((why, index) => whys.indexOf(why) !== index)).toEqual([]);
});

test("test/COVERAGE-PRICES.md is what the cases cover (npm run coverage writes it)", () => {
  const written = readFileSync(new URL("../COVERAGE-PRICES.md", import.meta.url), "utf8");
  expect(written).toBe(writtenPricingCoverage(coverage));
});
