// Which months the scheduled run rates when something is heard late of one that is closed, and closing has stood still since.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createAggregateJob } from "../../api/jobs.ts";
import { closeEverything } from "../aggregate/closing-month.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";

let pipeline: Pipeline;
vi.setConfig({ testTimeout: 240_000 });

async function ran(id: string, from: string, to: string): Promise<void> {
  const event = (what: string, time: string) => {
    const data = { account_id: "acme", resource: "vm-1", offering: "small", zone: "z1" };
    return { specversion: "1.0", source: "s", id: `${id}-${what}`, type: `VM.${what}`, time, data };
  };
  await pipeline.send([event("START", from), event("STOP", to)]);
}
async function tick(day: string): Promise<void> {
  const instant = at(`${day}T00:15:00Z`);
  pipeline.clock.set(instant);
  await createAggregateJob(pipeline.system()).run({ job: "aggregate", at: instant }, new AbortController().signal);
}
const netOf = async (period: string): Promise<string | undefined> =>
  (await pipeline.system().statements.list({ period, limit: 10 }))[0]?.net;

/** A day of October at 0.10 an hour: 2.40. In January October is closed, November and December are not. */
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-10-01T00:00:00Z"));
  const { accounts, rateCards } = pipeline.system();
  await accounts.put({ account_id: "acme", time_zone: "UTC", currency: "EUR" }, { by: "test" });
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" } as const;
  await rateCards.put("default", { name: "List", currency: "EUR", tariffs: [vm] }, "test");
  pipeline.clock.set(at("2027-01-05T00:00:00Z"));
  await ran("first", "2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z");
  await tick("2027-01-05");
  await closeEverything(pipeline.system(), ["2026-10"]);
}, 240_000);
afterAll(() => pipeline.close());

test("the first month that is open is rated again with the correction, though it is neither this month nor the one before", async () => {
  expect([await netOf("2026-10"), await netOf("2026-11")]).toEqual(["2.40", undefined]);
  await ran("late", "2026-10-06T00:00:00Z", "2026-10-06T10:00:00Z");
  await tick("2027-01-06");
  const months = ["2026-10", "2026-11", "2026-12", "2027-01"];
  // 10 h at 0.10, on November's statement alone.
  expect(await Promise.all(months.map(netOf))).toEqual(["2.40", "1.00", undefined, undefined]);
});

test("a night on which nothing came late does not rate it again", async () => {
  const { runs } = pipeline.system();
  const before = await runs.latestPublished("rate", "2026-11");
  await tick("2027-01-07");
  expect((await runs.latestPublished("rate", "2026-11"))?.id).toBe(before?.id);
});

test("what is heard late once November is closed, too, is December's", async () => {
  await closeEverything(pipeline.system(), ["2026-11"]);
  await ran("later", "2026-10-07T00:00:00Z", "2026-10-07T05:00:00Z");
  await tick("2027-01-08");
  const months = ["2026-10", "2026-11", "2026-12"];
  expect(await Promise.all(months.map(netOf))).toEqual(["2.40", "1.00", "0.50"]);
});
