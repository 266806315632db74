import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { changedMonths, listUsageRecords, readCompleteness, zonesCountFrom } from "../../aggregate/index.ts";
import { instant } from "../../core/instant.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";

// What people see of an account that moves from UTC to New York on 1 November, 00:00Z, four hours before that day begins there.

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
beforeEach(async () => {
  await pipeline.reset();
  pipeline.clock.set(at("2026-10-31T00:15:00Z"));
});
afterAll(() => pipeline.close());

let sent = 0;
async function send(type: string, time: string): Promise<void> {
  sent += 1;
  const data = { account_id: "acme", resource: "r1" };
  const event = { specversion: "1.0", id: `${sent}`, source: "cloudstack/z1", type, time, data };
  expect(await pipeline.send([event])).toMatchObject({ accepted: 1 });
}

const countsFrom = async (): Promise<string | undefined> =>
  (await zonesCountFrom(pipeline.system(), ["acme", "nobody"])).get("acme");

/** Runs from 30 October 12:00 to 2 November 06:00, moved on 31 October. */
async function liveThrough(): Promise<void> {
  await send("VM.START", "2026-10-30T12:00:00Z");
  await pipeline.aggregate(at("2026-10-31T00:00:00Z"));
  pipeline.clock.set(at("2026-10-31T09:00:00Z"));
  await pipeline.putAccount("acme", "America/New_York");
  pipeline.clock.set(at("2026-11-03T06:00:00Z"));
  await send("VM.STOP", "2026-11-02T06:00:00Z");
  await pipeline.aggregate(at("2026-11-03T06:00:00Z"));
}

test("a change of zone says from when on it counts, before a run has fixed it and after", async () => {
  await send("VM.START", "2026-10-30T12:00:00Z");
  expect(await countsFrom()).toBeUndefined();
  await pipeline.aggregate(at("2026-10-31T00:00:00Z"));
  expect(await countsFrom()).toBeUndefined();
  pipeline.clock.set(at("2026-10-31T09:00:00Z"));
  await pipeline.putAccount("acme", "America/New_York");
  expect(await countsFrom()).toBe("2026-11-01T00:00:00.000Z");
  pipeline.clock.set(at("2026-11-20T00:00:00Z"));
  expect(await countsFrom()).toBe("2026-11-01T00:00:00.000Z");
  await pipeline.aggregate(at("2026-11-20T00:00:00Z"));
  expect(await countsFrom()).toBe("2026-11-01T00:00:00.000Z");
  await pipeline.putAccount("acme", "");
  // New York's December begins at 05:00Z
  expect(await countsFrom()).toBe("2026-12-01T05:00:00.000Z");
});

test("each window is listed with the zone it was cut in, and what is published is complete to the new zone's last window", async () => {
  await liveThrough();
  const { as_of, completeness } = await readCompleteness(pipeline.system());
  expect(completeness.complete_to).toBe("2026-11-03T05:00:00.000Z");
  const filter = {
    from: instant(0),
    to: at("2027-01-01T00:00:00Z"),
    account_ids: [],
    usage_types: [],
    resources: [],
  };
  const page = { filter, as_of, after: null, limit: 10 };
  const { records } = await listUsageRecords(pipeline.system(), page);
  expect(records.map(({ window }) => [window.start, window.time_zone])).toEqual([
    ["2026-10-30T00:00:00.000Z", "UTC"],
    ["2026-10-31T00:00:00.000Z", "UTC"],
    ["2026-11-01T00:00:00.000Z", "America/New_York"],
    ["2026-11-01T04:00:00.000Z", "America/New_York"],
    ["2026-11-02T05:00:00.000Z", "America/New_York"],
  ]);
});

test("the bill of the month before the change ends where it counts, and that of the month after begins there", async () => {
  const tariff = {
    tariff_id: "vm",
    name: "vm",
    usage_type: 1,
    component: "base",
    currency: "EUR",
    unit: "hour" as const,
    model: "per_unit" as const,
    rate: "1",
    condition: "",
    valid_from: "2026-01-01T00:00:00.000Z",
    valid_to: null,
  };
  await pipeline.system().rateCards.put("default", { name: "default", currency: "EUR", tariffs: [tariff] }, "test");
  await liveThrough();
  // the first four hours of November are October on New York's calendar; the account's November is told to be rated all the same
  expect((await changedMonths(pipeline.system())).map(({ month }) => month)).toContain("2026-11");
  const billed = async (period: string): Promise<unknown> => {
    const { totals } = await pipeline.system().rate({ period });
    return totals.map(({ currency, amount, records }) => [currency, amount, records]);
  };
  // 30 October 12:00 to 1 November 00:00Z = 36 h; from there to 2 November 06:00Z = 30 h: 4 + 25 + 1; together 66 h
  expect(await billed("2026-10")).toEqual([["EUR", "36.000000000", "2"]]);
  expect(await billed("2026-11")).toEqual([["EUR", "30.000000000", "3"]]);
  expect(await billed("2026-12")).toEqual([]);
});
