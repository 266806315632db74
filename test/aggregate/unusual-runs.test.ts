import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { at } from "../at.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";

// Runs that were asked for what is unusual, and must end in a truth, not in an error.

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(at("2027-01-01T00:00:00Z"));
});
beforeEach(() => pipeline.reset());
afterAll(() => pipeline.close());

const event = (time: string, type: string): unknown => ({
  specversion: "1.0",
  id: `${type}@${time}`,
  source: "cloudstack/z1",
  type,
  time,
  data: { account_id: "acme", resource: "r1" },
});

/** Published quantities by window start, in ms. */
async function quantities(): Promise<Map<unknown, unknown>> {
  return new Map((await readTruth(pipeline)).map((record) => [record["window_start_ms"], record["quantity"]]));
}

test("computing an empty store again from an instant on changes nothing and does not fail", async () => {
  const run = await pipeline.aggregate(at("2026-03-11T00:00:00Z"), at("2026-03-01T00:00:00Z"));
  expect(run.state).toBe("unchanged");
  expect(await readTruth(pipeline)).toEqual([]);
});

test("computing again from before the first event, or from after the last window, leaves the truth as it is", async () => {
  const until = at("2026-03-11T00:00:00Z");
  await pipeline.send([event("2026-03-10T06:00:00Z", "VM.START")]);
  const first = await pipeline.aggregate(until, at("2001-01-01T00:00:00Z"));
  expect(first.state).toBe("published");
  // 06:00–24:00 = 18 h
  const worked = new Map([[at("2026-03-10T00:00:00Z"), 64_800_000n]]);
  expect(await quantities()).toEqual(worked);
  for (const from of [at("2001-01-01T00:00:00Z"), until]) {
    const run = await pipeline.aggregate(until, from);
    expect(["published", "unchanged"]).toContain(run.state);
    expect(await quantities()).toEqual(worked);
  }
});

test(
  "facts nine years older than what is published are corrected into windows of an hour",
  { timeout: 240_000 },
  async () => {
    await pipeline.settings.set("usage.stats.job.aggregation.range", "60", "test");
    const until = at("2026-03-10T01:00:00Z");
    await pipeline.send([event("2026-03-10T00:40:00Z", "VM.START")]);
    await pipeline.aggregate(until);
    // 00:40–01:00 = 20 min
    const published = [[at("2026-03-10T00:00:00Z"), 1_200_000n]] as const;
    expect(await quantities()).toEqual(new Map(published));

    await pipeline.send([event("2017-05-01T10:10:00Z", "VM.START"), event("2017-05-01T10:35:00Z", "VM.STOP")]);
    const run = await pipeline.aggregate(until);
    expect(run.state).toBe("published");
    // 10:10–10:35 = 25 min
    const early = [[at("2017-05-01T10:00:00Z"), 1_500_000n]] as const;
    expect(await quantities()).toEqual(new Map([...early, ...published]));
  },
);

test("an event older than the retention horizon is refused and kept in quarantine, and the run does without it", async () => {
  // 3,660 days before 2027-01-01 is 2016-12-24: ten years are 3,652 days (leap days of 2020 and 2024), and 8 more
  const outcome = await pipeline.send([
    event("2016-12-23T23:59:59.999Z", "VM.START"),
    event("2016-12-24T00:00:00Z", "VM.START"),
    event("2016-12-24T01:00:00Z", "VM.STOP"),
  ]);
  expect(outcome).toMatchObject({ accepted: 2, duplicates: 0, rejected: [{ index: 0, field: "time" }] });
  expect(await pipeline.quarantine().count()).toBe(1);
  await pipeline.aggregate(at("2016-12-25T00:00:00Z"));
  expect(await quantities()).toEqual(new Map([[at("2016-12-24T00:00:00Z"), 3_600_000n]]));
});
