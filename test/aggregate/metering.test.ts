import { afterAll, beforeAll, expect, test } from "vitest";
import type { OracleRecord } from "../oracle/index.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { askOracle, saidLines, workedLines } from "./case-records.ts";
import { type CaseStep, meteringCases } from "./golden-case.ts";
import { createCaseRunner } from "./run-cases.ts";

const cases = meteringCases();
let pipeline: Pipeline;
let observe: ReturnType<typeof createCaseRunner>;
beforeAll(async () => {
  pipeline = await openPipeline();
  observe = createCaseRunner(pipeline, cases);
});
afterAll(() => pipeline.close());

// The sum worked by hand is the judge; the oracle and the pipeline then have to agree on what the case leaves unsaid.
const titled = cases.map((one) => ({ title: [`${one.file}: ${one.why}`, ...one.refs].join("; "), one }));
test.each(titled)("$title", async ({ one }) => {
  const observed = await observe(one);
  for (const [index, step] of one.steps.entries()) {
    const { outcome, records = [], loose } = observed[index] ?? {};
    const accepted = { accepted: `${step.events.length}`, duplicates: "0", rejected: "0" };
    const worked = workedLines(step).sort();
    const oracle = askOracle(one, index);
    expect(saidLines(oracle, step).sort(), "the oracle").toEqual(worked);
    expect(outcome).toEqual(step.outcome ?? accepted);
    expect(saidLines(records, step).sort(), "the pipeline").toEqual(worked);
    expect(inOrder(records, step), "the pipeline, of what is left unsaid").toEqual(inOrder(oracle, step));
    expect(loose, "records whose slices are not theirs").toEqual([]);
  }
});

function inOrder(records: readonly OracleRecord[], step: CaseStep): OracleRecord[] {
  const text = (record: OracleRecord): string => saidLines([record], step).join("");
  return records.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
}
