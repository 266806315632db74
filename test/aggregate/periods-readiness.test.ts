import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { closePeriod, everyPayer, type Finding, readReadinessOfAll } from "../../aggregate/index.ts";
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
const DAY_MS = 86_400_000;
const marchDays = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `2026-03-${String(index + 1).padStart(2, "0")}`);

async function findingsOfMarch(now: string): Promise<Finding[]> {
  pipeline.clock.set(at(now));
  const system = pipeline.system();
  for await (const one of everyPayer(system, { payer_account_id: "acme" }))
    return ((await readReadinessOfAll(system, [one], "2026-03"))[0] ?? []).filter(({ check }) => check !== "unrated");
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

test("a source that broke off before the month began, or in its first days, is named; one that is long gone is not", async () => {
  const days = (from: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => new Date(at(from) + index * DAY_MS).toISOString().slice(0, 10));
  await pipeline.send([
    ...days("2026-02-15T00:00:00Z", 14).map((day) => event("broke-off-in-february", day)),
    ...days("2026-02-20T00:00:00Z", 12).map((day) => event("broke-off-in-march", day)),
    ...days("2026-01-10T00:00:00Z", 14).map((day) => event("long-gone", day)),
    ...days("2026-02-15T00:00:00Z", 49).map((day) => event("goes-on", day)),
  ]);
  await pipeline.aggregate(at("2026-04-05T00:00:00Z"));
  const silent = (await findingsOfMarch("2026-04-05T00:00:00Z")).find(({ check }) => check === "silent-sources");
  // The former on 28 February, the latter on 3 March; of January's nothing lies within the 31 days before March, from 29 January on.
  expect(silent).toMatchObject({ blocking: true, count: 2, ids: ["broke-off-in-february", "broke-off-in-march"] });
  expect(silent?.detail).toContain("2026-02-28T10:00:00.000Z");
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

test("what speaks against a month is the same whether all payers are asked about together or each alone", async () => {
  const payers = ["fine", "late", "quiet", "elder", "pacific", "refused", "clean"];
  const told = (account_id: string, day: string, data: object = {}): unknown => ({
    ...(event(`source-of-${account_id}`, day, { account_id, ...data }) as object),
  });
  await pipeline.putAccount("pacific", "Pacific/Auckland");
  await pipeline.send([
    ...payers.map((account_id) => told(account_id, "2026-03-01")),
    told("elder", "2026-02-01"),
    ...marchDays(10).map((day) => told("quiet", day)),
    ...payers.filter((id) => id !== "quiet").map((account_id) => told(account_id, "2026-04-02")),
  ]);
  pipeline.clock.set(at("2026-04-05T00:00:00Z"));
  await pipeline.aggregate(at("2026-04-05T00:00:00Z"));
  await pipeline.send([
    told("late", "2026-03-20"),
    { ...(told("refused", "2026-03-21") as object), data: { account_id: "refused", resource: 7 } },
  ]);
  const system = pipeline.system();
  const all = [];
  for await (const one of everyPayer(system)) all.push(one);
  const together = await readReadinessOfAll(system, all, "2026-03");
  const alone = [];
  for (const one of all) alone.push(...(await readReadinessOfAll(system, [one], "2026-03")));
  expect(together).toEqual(alone);
  const named = Object.fromEntries(
    all.map(({ payer }, index) => [payer.payer_account_id, (together[index] ?? []).map(({ check }) => check)]),
  );
  expect(named).toMatchObject({
    clean: ["unrated"],
    elder: ["order", "unrated"],
    fine: ["unrated"],
    late: ["admitted", "unrated"],
    quiet: ["silent-sources", "unrated"],
    refused: ["quarantine", "unrated"],
  });
});
