// Writes test/COVERAGE.md, test/COVERAGE-PRICES.md and test/COVERAGE-CHARGES.md from the golden cases of metering, of prices and of charges. Tests
// hold the files to them.
import { writeFileSync } from "node:fs";
import { readCoverage, writtenCoverage } from "../aggregate/coverage.ts";
import { readChargesCoverage, writtenChargesCoverage } from "../rating/charges/coverage.ts";
import { readPricingCoverage, writtenPricingCoverage } from "../rating/coverage.ts";

const coverage = readCoverage();
writeFileSync(new URL("../COVERAGE.md", import.meta.url), writtenCoverage(coverage));
process.stdout.write(`test/COVERAGE.md: ${coverage.cases.size} cases, ${coverage.events.length} cells of events\n`);

const prices = readPricingCoverage();
writeFileSync(new URL("../COVERAGE-PRICES.md", import.meta.url), writtenPricingCoverage(prices));
process.stdout.write(
  `test/COVERAGE-PRICES.md: ${prices.cases.size} cases, ${prices.cells.length} cells of models and edges\n`,
);

const charges = readChargesCoverage();
writeFileSync(new URL("../COVERAGE-CHARGES.md", import.meta.url), writtenChargesCoverage(charges));
process.stdout.write(
  `test/COVERAGE-CHARGES.md: ${charges.cases.length} cases, ${charges.cells.length} cells of charges and edges\n`,
);
