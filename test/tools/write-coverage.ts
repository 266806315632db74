// Writes test/COVERAGE.md from the golden cases of metering. A test holds the file to it.
import { writeFileSync } from "node:fs";
import { readCoverage, writtenCoverage } from "../aggregate/coverage.ts";

const coverage = readCoverage();
writeFileSync(new URL("../COVERAGE.md", import.meta.url), writtenCoverage(coverage));
process.stdout.write(`test/COVERAGE.md: ${coverage.cases.size} cases, ${coverage.events.length} cells of events\n`);
