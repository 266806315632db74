import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UsageTypeInput } from "../../core/usage-type.ts";
import { at } from "../at.ts";
import { canonicalLines } from "../e2e/faults/canonical.ts";
import { BUILT_IN_TYPES, type EventJson, oracleRecords, type OracleType } from "../oracle/index.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { closeEverything } from "./closing-month.ts";

// A usage type is added when what it is measured from has long begun. The events are of types that were accepted before.

const HOUR = 3_600_000n;
const now = at("2026-03-12T12:00:00Z");
let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(now);
});
beforeEach(async () => {
  await pipeline.reset();
  // A registry only grows; each test begins with what is built in.
  await pipeline.store.run.command({ query: "TRUNCATE TABLE usage_type_added" });
  pipeline.clock.set(now);
  await pipeline.restart();
});
afterAll(() => pipeline.close());

const base = { display_unit: "units", display_divisor: "1" } as const;
const hours: UsageTypeInput = {
  ...base,
  usage_type: 3001,
  name: "X_HOURS",
  measure: "duration",
  unit: "ms",
  effects: { "SHAREDFS.CREATE": "open", "SHAREDFS.EXPUNGE": "close" },
};
const space: UsageTypeInput = {
  ...base,
  usage_type: 3002,
  name: "X_SPACE",
  measure: "capacity",
  unit: "byte_ms",
  effects: { "VOLUME.CREATE": "open", "VOLUME.DELETE": "close" },
};
const bytes: UsageTypeInput = {
  ...base,
  usage_type: 3003,
  name: "X_BYTES",
  measure: "counter",
  unit: "bytes",
  reading: "x_bytes",
  effects: { "tally.counter": "report" },
};
const seats: UsageTypeInput = {
  ...base,
  usage_type: 3004,
  name: "X_SEATS",
  measure: "gauge",
  unit: "seat_ms",
  reading: "x_seats",
  effects: { "tally.gauge": "report" },
};
const all = [hours, space, bytes, seats];

let count = 0;
function event(time: string, type: string, data: Partial<EventJson["data"]> = {}): EventJson {
  count += 1;
  const rest = { account_id: "acme", account: "acme", resource: "r1", ...data };
  return { specversion: "1.0", id: `e${count}`, source: "cloud/z1", type, time, data: rest };
}
const cloud = (): readonly EventJson[] => [
  event("2026-03-05T00:00:00Z", "SHAREDFS.CREATE"),
  event("2026-03-05T00:00:00Z", "VOLUME.CREATE", { resource: "v1", size: "1000" }),
  event("2026-03-05T00:00:00Z", "tally.counter", { resource: "d1", readings: { x_bytes: "100" } }),
  event("2026-03-12T01:00:00Z", "tally.counter", { resource: "d1", readings: { x_bytes: "170" } }),
  event("2026-03-05T00:00:00Z", "tally.gauge", { resource: "g1", readings: { x_seats: "2" } }),
];

const add = (type: UsageTypeInput, counts_from?: string | null) =>
  pipeline.system().usageTypes.add(counts_from === undefined ? type : { ...type, counts_from }, "test");
const truth = async () => canonicalLines(await readTruth(pipeline));
const added = () =>
  pipeline
    .system()
    .usageTypes.list()
    .filter(({ usage_type }) => usage_type >= 2000);

/** What the oracle says to the registry in force. */
function expected(events: readonly EventJson[], until: string): string[] {
  const types = [...BUILT_IN_TYPES, ...(added() as readonly OracleType[])];
  const input = { events, account_zones: {}, default_zone: "UTC", range_minutes: 1440, until_ms: at(until), types };
  return canonicalLines(oracleRecords(input));
}

/** What days of March hold of a usage type. */
async function quantities(usage_type: number): Promise<Record<string, bigint>> {
  const rows = (await readTruth(pipeline)).filter((row) => row["usage_type"] === usage_type);
  const days = rows.map(({ window_start_ms, quantity }): [string, bigint] => [
    String(1 + (Number(window_start_ms) - at("2026-03-01T00:00:00Z")) / 86_400_000),
    quantity as bigint,
  ]);
  return Object.fromEntries(days);
}

test("without usage a type counts since the beginning, with usage from now on, and what is published stays", async () => {
  expect((await add(bytes)).counts_from).toBeNull();
  const events = cloud();
  await pipeline.send(events);
  await pipeline.aggregate(now);
  const before = await truth();
  expect((await add(hours)).counts_from).toBe("2026-03-12T12:00:00.000Z");
  await pipeline.aggregate(now);
  expect(await truth()).toEqual(before);
  pipeline.clock.set(at("2026-03-14T00:00:00Z"));
  await pipeline.aggregate(at("2026-03-14T00:00:00Z"));
  // open since the 5th; the 12th from noon on, the 13th whole
  expect(await quantities(3001)).toEqual({ 12: 12n * HOUR, 13: 24n * HOUR });
  expect(await truth()).toEqual(expected(events, "2026-03-14T00:00:00Z"));
});

test("from an earlier instant on, the next run corrects what is published, also of what met no event since", async () => {
  const events = cloud();
  await pipeline.send(events);
  await pipeline.aggregate(now);
  for (const type of all) await add(type, "2026-03-10T06:00:00Z");
  const run = await pipeline.aggregate(now);
  expect(run.state).toBe("published");
  expect(await quantities(3001)).toEqual({ 10: 18n * HOUR, 11: 24n * HOUR });
  expect(await quantities(3002)).toEqual({ 10: 18_000n * HOUR, 11: 24_000n * HOUR });
  expect(await quantities(3004)).toEqual({ 10: 36n * HOUR, 11: 48n * HOUR });
  await pipeline.aggregate(at("2026-03-13T00:00:00Z"));
  // 170 at 01:00 on the 12th, above the baseline of the 5th
  expect(await quantities(3003)).toEqual({ 12: 70n });
  expect(await truth()).toEqual(expected(events, "2026-03-13T00:00:00Z"));
  const repeated = await pipeline.system().repeat({ run_id: run.id });
  expect(repeated).toMatchObject({ missing: 0n, added: 0n });
  expect((await pipeline.aggregate(at("2026-03-13T00:00:00Z"))).state, "once is enough").toBe("unchanged");
});

test("whether the type or its events come first, and whether the caches are there, changes nothing", async () => {
  const events = cloud();
  const late = [event("2026-03-09T00:00:00Z", "SHAREDFS.CREATE", { resource: "r2" })];
  const until = "2026-03-12T00:00:00Z";
  for (const type of all) await add(type, "2026-03-10T06:00:00Z");
  await pipeline.send([...events, ...late]);
  await pipeline.aggregate(at(until));
  const first = await truth();
  expect(first).toEqual(expected([...events, ...late], until));

  await pipeline.reset();
  await pipeline.store.run.command({ query: "TRUNCATE TABLE usage_type_added" });
  await pipeline.restart();
  await pipeline.send(events);
  await pipeline.aggregate(at("2026-03-08T00:00:00Z"));
  await pipeline.aggregate(at("2026-03-11T00:00:00Z"));
  for (const type of all) await add(type, "2026-03-10T06:00:00Z");
  await pipeline.aggregate(at("2026-03-11T00:00:00Z"));
  for (const table of ["resource_state", "checkpoint", "resource_state_repair"])
    await pipeline.store.run.command({ query: `TRUNCATE TABLE ${table}` });
  await pipeline.send(late);
  await pipeline.aggregate(at(until));
  expect(await truth()).toEqual(first);
});

test("a run that is made again counts nothing of a type it did not know", async () => {
  await pipeline.send(cloud());
  const run = await pipeline.aggregate(at("2026-03-11T00:00:00Z"));
  await add(hours, "2026-03-08T00:00:00Z");
  await pipeline.aggregate(at("2026-03-11T00:00:00Z"));
  expect(await pipeline.system().repeat({ run_id: run.id })).toMatchObject({ missing: 0n, added: 0n });
});

test("a type never counts in a closed period nor behind the horizon, and whoever asks for that is told from when on it may", async () => {
  await pipeline.send(cloud());
  pipeline.clock.set(at("2026-05-06T00:00:00Z"));
  await pipeline.aggregate(pipeline.clock.now());
  await closeEverything(pipeline.system(), ["2026-03"]);
  const before = await truth();
  for (const early of ["2026-03-31T23:59:59.999Z", null]) {
    await expect(add(hours, early)).rejects.toMatchObject({ key: "conflict", field: "counts_from" });
  }
  await expect(add(hours, "2026-03-01T00:00:00Z")).rejects.toThrow(/2026-04-01T00:00:00.000Z or later.*closed/);
  await expect(add(hours, "last month")).rejects.toMatchObject({ key: "invalid-request", field: "counts_from" });
  expect(added()).toEqual([]);
  await add(hours, "2026-04-01T00:00:00Z");
  await pipeline.aggregate(pipeline.clock.now());
  const after = await truth();
  // April's 30 days and five of May; nothing that was published has changed
  expect(after.filter((line) => !before.includes(line))).toHaveLength(35);
  expect(before.filter((line) => !after.includes(line))).toEqual([]);
  await closeEverything(pipeline.system(), ["2026-04"]);
  await pipeline.system().archive({ before: "2026-05", by: "test" });
  await expect(add(space, "2026-04-30T00:00:00Z")).rejects.toThrow(/2026-05-01T00:00:00.000Z or later/);
});

test("what was open when its events were archived counts once they are back", async () => {
  await pipeline.send(cloud());
  pipeline.clock.set(at("2026-05-06T00:00:00Z"));
  await pipeline.aggregate(pipeline.clock.now());
  await closeEverything(pipeline.system(), ["2026-03"]);
  await pipeline.system().archive({ before: "2026-04", by: "test" });
  await add(hours, "2026-05-04T00:00:00Z");
  await pipeline.aggregate(pipeline.clock.now());
  expect(await quantities(3001), "nobody knows that it is open").toEqual({});
  await pipeline.system().restoreArchive({ month: "2026-03", by: "test" });
  await pipeline.aggregate(pipeline.clock.now());
  // 4 and 5 May, counted in days from 1 March
  expect(await quantities(3001)).toEqual({ 65: 24n * HOUR, 66: 24n * HOUR });
});
