import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { closePeriod, everyPayer, type Finding, readReadiness } from "../../aggregate/index.ts";
import type { InstantMs } from "../../core/instant.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { readRecords } from "./closing-month.ts";

// What the checklist notices, and what it lets pass; the rest of it is held through the routes (test/api/periods.test.ts).

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
beforeEach(() => pipeline.reset());
afterAll(() => pipeline.close());

const event = (source: string, day: string, data: object = {}): unknown => ({
  specversion: "1.0",
  id: day,
  source,
  type: day.endsWith("01") ? "VM.START" : "VM.DYNAMIC.SCALE",
  time: `${day}T10:00:00Z`,
  data: { account_id: "acme", resource: `vm-${source}`, ...data },
});
const marchDays = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `2026-03-${String(index + 1).padStart(2, "0")}`);

async function findingsOfMarch(now: string): Promise<Finding[]> {
  pipeline.clock.set(at(now));
  const system = pipeline.system();
  for await (const one of everyPayer(system, { payer_account_id: "acme" }))
    return (await readReadiness(system, one, "2026-03")).filter(({ check }) => check !== "unrated");
  return [];
}

test("a source that sent every day and stopped before the month ended is named; one that goes on, or was rare, is not", async () => {
  await pipeline.send([
    ...marchDays(10).map((day) => event("stopped", day)),
    ...marchDays(10).map((day) => event("goes-on", day)),
    ...marchDays(6).map((day) => event("rare", day)),
    event("goes-on", "2026-04-02"),
  ]);
  await pipeline.aggregate(at("2026-04-05T00:00:00Z"));
  expect(await findingsOfMarch("2026-04-05T00:00:00Z")).toEqual([
    {
      check: "silent-sources",
      blocking: true,
      overridable: true,
      count: 1,
      detail: expect.stringContaining("2026-03-10T10:00:00.000Z") as string,
      ids: ["stopped"],
    },
  ]);
});

test("a failed rating of the month holds it up until one has succeeded; that of another month does not", async () => {
  await pipeline.send([event("one", "2026-03-01")]);
  await pipeline.aggregate(at("2026-04-05T00:00:00Z"));
  const { runs } = pipeline.system();
  const rate = async (period: string, state: "failed" | "published"): Promise<string> => {
    const run = await runs.begin("rate", period);
    await runs.step(run, { state, error: state === "failed" ? "no prices" : "" });
    runs.end(run);
    return run.id;
  };
  await rate("2026-02", "failed");
  expect(await findingsOfMarch("2026-04-05T00:00:00Z")).toEqual([]);
  const failed = await rate("2026-03", "failed");
  const named = { check: "failed-runs", count: 1, ids: [failed], overridable: true };
  expect(await findingsOfMarch("2026-04-05T00:00:00Z")).toMatchObject([named]);
  await rate("2026-03", "published");
  expect(await findingsOfMarch("2026-04-05T00:00:00Z")).toEqual([]);
});

const rides = {
  usage_type: 2001,
  name: "RIDES",
  measure: "count" as const,
  unit: "rides",
  display_unit: "rides",
  display_divisor: "1",
  effects: { "VM.START": "report" as const },
  counts_from: null,
};

test("a usage type added between a closing's aggregation and its run holds it up; asked again, what it counts is closed with the month", async () => {
  await pipeline.send([event("one", "2026-03-01")]);
  pipeline.clock.set(at("2026-04-05T00:00:00Z"));
  await pipeline.aggregate(at("2026-04-05T00:00:00Z"));
  const system = pipeline.system();
  const overrides = [{ finding: "unrated", reason: "no rate card here" }];
  const request = { period: "2026-03", payer_account_id: "acme", overrides, by: "test" };
  const aggregateThenAdd = async (asked: { until: InstantMs }) => {
    const run = await system.aggregate(asked);
    await system.usageTypes.add(rides, "test");
    return run;
  };
  await expect(closePeriod({ ...system, aggregate: aggregateThenAdd }, request)).rejects.toMatchObject({
    key: "period-not-ready",
    message: expect.stringContaining("registry (1): usage types were added") as string,
  });
  expect((await findingsOfMarch("2026-04-05T00:00:00Z")).map(({ check, overridable }) => [check, overridable])).toEqual(
    [["registry", false]],
  );
  expect((await closePeriod(system, request)).closed).toMatchObject([{ period: "2026-03", state: "closed" }]);
  const records = await readRecords(system, {
    basis: "billing",
    from: "2026-03-01T00:00:00Z",
    to: "2026-04-01T00:00:00Z",
  });
  expect(records.filter(({ usage_type }) => usage_type === 2001)).toMatchObject([{ quantity: "1", adjusts: null }]);
});

test("a registry that changed without a type more is published by the next run, and holds nothing up for ever", async () => {
  await pipeline.send([event("one", "2026-03-01")]);
  await pipeline.aggregate(at("2026-04-05T00:00:00Z"));
  // as a version of the software leaves it that described a built-in type in other words
  await pipeline.store.run.command({
    query: `INSERT INTO run SELECT * REPLACE (step + 1 AS step, replace(versions, '"registry":"', '"registry":"0') AS versions) FROM current_run WHERE kind = 'aggregate'`,
  });
  expect((await findingsOfMarch("2026-04-05T00:00:00Z")).map(({ check }) => check)).toContain("registry");
  await pipeline.aggregate(at("2026-04-05T00:00:00Z"));
  expect((await findingsOfMarch("2026-04-05T00:00:00Z")).map(({ check }) => check)).not.toContain("registry");
});
