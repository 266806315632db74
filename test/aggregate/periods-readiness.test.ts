import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { everyPayer, type Finding, readReadiness } from "../../aggregate/index.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";

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
