import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { listPeriods } from "../../aggregate/index.ts";
import { at } from "../at.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { closeUnpriced, readRecords, sumMonths } from "./closing-month.ts";

// What closing promises: what is closed stays as it is, and nothing that comes later is lost (P8).

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
beforeEach(() => pipeline.reset());
afterAll(() => pipeline.close());

let sent = 0;
async function send(...events: readonly (readonly [time: string, type: string, data?: object])[]): Promise<void> {
  const batch = events.map(([time, type, data = {}]) => ({
    specversion: "1.0",
    id: `e${(sent += 1)}`,
    source: "cloudstack/z1",
    type,
    time,
    data: { account_id: "acme", resource: "r1", ...data },
  }));
  expect(await pipeline.send(batch)).toMatchObject({ accepted: batch.length });
}

async function aggregateAt(now: string): Promise<void> {
  pipeline.clock.set(at(now));
  await pipeline.aggregate(at(now));
}

const march = { from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z" };
const april = { from: "2026-04-01T00:00:00Z", to: "2026-05-01T00:00:00Z" };
const inMarch = [
  ["2026-03-10T06:00:00Z", "VM.START"],
  ["2026-03-10T18:00:00Z", "VM.STOP"],
] as const;
const byTime = (records: readonly { id: string; quantity: string }[]): string[] =>
  records.map(({ quantity }) => quantity).toSorted((a, b) => Number(a) - Number(b));

test("a closed month's own records are the same bytes before and after late facts, and adjustments name what they correct", async () => {
  await send(...inMarch, ["2026-03-20T00:00:00Z", "VM.CREATE", { resource: "r2" }]);
  await aggregateAt("2026-04-05T00:00:00Z");
  await closeUnpriced(pipeline.system(), "2026-03");
  const closed = await readRecords(pipeline.system(), { basis: "billing", ...march });
  // r1 on one day, r2 on 12: the 20th to the 31st
  expect(closed).toHaveLength(13);

  // r1 stops eight hours earlier; r2 is larger from the start, so that all its records become others; r3 nobody knew of
  await send(
    ["2026-03-10T10:00:00Z", "VM.STOP"],
    ["2026-03-20T00:00:00Z", "VM.CREATE", { resource: "r2", offering: "large" }],
    ["2026-03-31T22:00:00Z", "VM.START", { resource: "r3" }],
    ["2026-03-31T23:00:00Z", "VM.STOP", { resource: "r3" }],
  );
  await aggregateAt("2026-04-06T00:00:00Z");
  expect(JSON.stringify(await readRecords(pipeline.system(), { basis: "billing", ...march }))).toBe(
    JSON.stringify(closed),
  );

  const adjustments = (await readRecords(pipeline.system(), { basis: "billing", ...april })).filter(
    ({ adjusts }) => adjusts !== null,
  );
  const former = closed.find(({ resource }) => resource === "r1");
  const corrected = adjustments.find(({ resource }) => resource === "r1");
  expect(corrected).toMatchObject({
    id: expect.stringMatching(/^ua_[0-9a-f]{32}$/) as string,
    adjusts: former?.id,
    window: former?.window,
    booked_at: "2026-04-01T00:00:00.000Z",
    // −8 h
    quantity: "-28800000",
  });
  expect(adjustments.find(({ resource }) => resource === "r3")).toMatchObject({
    quantity: "3600000",
    adjusts: expect.stringMatching(/^ur_/) as string,
  });
  const usage = await readRecords(pipeline.system(), { basis: "usage", ...march });
  expect(usage.find(({ resource }) => resource === "r1")).toMatchObject({
    id: former?.id,
    quantity: "14400000",
    adjusts: null,
    booked_at: null,
  });
  expect(new Set(adjustments.map(({ id }) => id)).size, "each has an id of its own").toBe(adjustments.length);
});

test("records cut within a day hold what was billed then, of several stretches, too; adjustments are whole where they are booked", async () => {
  // 10 March: running 01–03, 05–09 and 20–24 o'clock; then found to have run until 08 instead of 09.
  const turns = [
    ["01", "VM.START"],
    ["03", "VM.STOP"],
    ["05", "VM.START"],
    ["09", "VM.STOP"],
    ["20", "VM.START"],
  ] as const;
  await send(...turns.map(([hour, type]) => [`2026-03-10T${hour}:00:00Z`, type] as const));
  await send(["2026-03-11T00:00:00Z", "VM.STOP"]);
  await aggregateAt("2026-04-05T00:00:00Z");
  await closeUnpriced(pipeline.system(), "2026-03");
  await send(["2026-03-10T08:00:00Z", "VM.STOP"]);
  await aggregateAt("2026-04-06T00:00:00Z");
  // From 02 to 21 o'clock: 1 + 4 + 1 hours as billed, 1 + 3 + 1 as used.
  const span = { from: "2026-03-10T02:00:00Z", to: "2026-03-10T21:00:00Z", clip: true };
  const cut = async (basis: "billing" | "usage", more: object = {}) =>
    (await readRecords(pipeline.system(), { basis, ...span, ...more })).map(({ usage_type, quantity, slices }) => ({
      usage_type,
      hours: Number(quantity) / 3_600_000,
      slices,
    }));
  expect(await cut("billing")).toEqual([{ usage_type: 1, hours: 6, slices: 3 }]);
  expect(await cut("usage")).toEqual([{ usage_type: 1, hours: 5, slices: 3 }]);
  // Nothing ran between 09 and 20; between 08 and 09 it did as billed alone.
  expect(await cut("billing", { from: "2026-03-10T08:00:00Z", to: "2026-03-10T12:00:00Z" })).toEqual([
    { usage_type: 1, hours: 1, slices: 1 },
  ]);
  expect(await cut("usage", { from: "2026-03-10T08:00:00Z", to: "2026-03-10T12:00:00Z" })).toEqual([]);
  // −1 hour, booked at the start of April.
  expect(await cut("billing", { from: "2026-03-10T21:00:00Z", to: "2026-04-01T00:00:00.001Z" })).toEqual([
    { usage_type: 1, hours: 3, slices: 1 },
    { usage_type: 1, hours: -1, slices: 0 },
  ]);
});

test("pages of two hold the same records and adjustments as one page, each once", async () => {
  await send(...inMarch, ["2026-03-30T00:00:00Z", "VM.START", { resource: "r2" }]);
  await aggregateAt("2026-04-03T00:00:00Z");
  await closeUnpriced(pipeline.system(), "2026-03");
  for (const [index, time] of ["2026-03-10T16:00:00Z", "2026-03-10T14:00:00Z"].entries()) {
    await send([time, "VM.STOP"], [`2026-03-30T0${5 - index}:00:00Z`, "VM.STOP", { resource: "r2" }]);
    await aggregateAt(`2026-04-0${4 + index}T00:00:00Z`);
  }
  const whole = await readRecords(pipeline.system(), { basis: "billing" });
  // two corrections of one record, in two runs: two adjustments
  expect(
    whole.filter(({ resource, adjusts }) => resource === "r1" && adjusts !== null).map(({ quantity }) => quantity),
  ).toEqual(["-7200000", "-7200000"]);
  expect(await readRecords(pipeline.system(), { basis: "billing", limit: 2 })).toEqual(whole);
});

test("all that is billed over all months is all that was used, record by record and type by type", async () => {
  await pipeline.putAccount("acme", "Pacific/Auckland");
  await pipeline.putAccount("beta", "America/New_York");
  for (const account_id of ["acme", "beta"]) {
    const resource = `vm-${account_id}`;
    await send(
      ["2026-02-20T03:00:00Z", "VM.CREATE", { account_id, resource }],
      ["2026-02-20T04:00:00Z", "VM.START", { account_id, resource }],
      ["2026-03-31T11:30:00Z", "VM.STOP", { account_id, resource }],
      ["2026-04-01T02:00:00Z", "VM.START", { account_id, resource }],
    );
  }
  await aggregateAt("2026-03-04T00:00:00Z");
  await closeUnpriced(pipeline.system(), "2026-02");
  await send(["2026-02-25T00:00:00Z", "VM.DESTROY", { account_id: "beta", resource: "vm-beta" }]);
  await aggregateAt("2026-04-04T00:00:00Z");
  await closeUnpriced(pipeline.system(), "2026-03", "acme");
  await send(
    ["2026-01-31T11:00:00Z", "VM.START", { account_id: "acme", resource: "vm-acme" }],
    ["2026-02-27T00:00:00Z", "VM.CREATE", { account_id: "beta", resource: "vm-beta" }],
    ["2026-03-31T11:00:00Z", "VM.STOP", { account_id: "acme", resource: "vm-acme" }],
  );
  await aggregateAt("2026-04-05T00:00:00Z");
  await closeUnpriced(pipeline.system(), "2026-03", "beta");
  await send(["2026-03-15T00:00:00Z", "VM.STOP", { account_id: "beta", resource: "vm-beta" }]);
  await aggregateAt("2026-04-06T00:00:00Z");

  const total = async (basis: "usage" | "billing", account_id: string): Promise<Record<string, bigint>> => {
    const sums: Record<string, bigint> = {};
    for (const { group, quantity, records } of await sumMonths(pipeline.system(), {
      basis,
      account_ids: [account_id],
    })) {
      const type = String(group["usage_type"]);
      sums[type] = (sums[type] ?? 0n) + BigInt(quantity);
      sums[`${type} records`] = (sums[`${type} records`] ?? 0n) + BigInt(records);
    }
    return sums;
  };
  for (const account_id of ["acme", "beta"]) {
    const usage = await total("usage", account_id);
    expect(Object.keys(usage)).not.toEqual([]);
    expect(await total("billing", account_id)).toEqual(usage);
    const listed = await readRecords(pipeline.system(), { basis: "billing", account_ids: [account_id] });
    const byType = (type: number): bigint =>
      listed.filter(({ usage_type }) => usage_type === type).reduce((sum, { quantity }) => sum + BigInt(quantity), 0n);
    expect({ one: byType(1), two: byType(2) }).toEqual({ one: usage["1"], two: usage["2"] });
    expect(listed.some(({ adjusts }) => adjusts !== null)).toBe(true);
  }
});

test("a summary by day puts an adjustment on the day it is booked, also where days are cut on slices", async () => {
  await send(...inMarch, ["2026-03-10T20:00:00Z", "VM.START"], ["2026-03-10T22:00:00Z", "VM.STOP"]);
  await aggregateAt("2026-04-05T00:00:00Z");
  await closeUnpriced(pipeline.system(), "2026-03");
  await send(["2026-03-10T10:00:00Z", "VM.STOP"]);
  await aggregateAt("2026-04-06T00:00:00Z");
  // In Tokyo the 10th ends at 15:00 UTC: 9 h before it, 3 + 2 h after; −8 h are booked on 1 April 00:00 UTC.
  const sums = await sumMonths(pipeline.system(), { basis: "billing", time_zone: "Asia/Tokyo", group_by: "day" });
  expect(sums.map(({ group, quantity }) => [group["day"], quantity])).toEqual([
    ["2026-03-10", "32400000"],
    ["2026-03-11", "18000000"],
    ["2026-04-01", "-28800000"],
  ]);
});

test("payers close apart: what is late for one is in time for the other, and an account follows its payer", async () => {
  await pipeline.system().accounts.put({ account_id: "parent" }, { by: "test" });
  await pipeline.system().accounts.put({ account_id: "child", payer_account_id: "parent" }, { by: "test" });
  const of = (account_id: string) => ({ account_id, resource: `vm-${account_id}` });
  for (const id of ["child", "other"])
    await send(["2026-03-10T06:00:00Z", "VM.START", of(id)], ["2026-03-10T18:00:00Z", "VM.STOP", of(id)]);
  await aggregateAt("2026-04-05T00:00:00Z");
  const { closed } = await closeUnpriced(pipeline.system(), "2026-03", "parent");
  expect(closed).toMatchObject([{ payer_account_id: "parent", state: "closed", accounts: 2, records: 1 }]);
  for (const id of ["child", "other"]) await send(["2026-03-10T10:00:00Z", "VM.STOP", of(id)]);
  // An account nobody knew when the month was closed, paid for by the one who closed it.
  await pipeline.system().accounts.put({ account_id: "late-child", payer_account_id: "parent" }, { by: "test" });
  await send(
    ["2026-03-12T00:00:00Z", "VM.START", of("late-child")],
    ["2026-03-12T01:00:00Z", "VM.STOP", of("late-child")],
  );
  await aggregateAt("2026-04-06T00:00:00Z");

  const billed = async (account_id: string, range: object): Promise<string[]> =>
    byTime(await readRecords(pipeline.system(), { basis: "billing", account_ids: [account_id], ...range }));
  expect([await billed("child", march), await billed("child", april)]).toEqual([["43200000"], ["-28800000"]]);
  expect([await billed("other", march), await billed("other", april)]).toEqual([["14400000"], []]);
  expect([await billed("late-child", march), await billed("late-child", april)]).toEqual([[], ["3600000"]]);
  const periods = await listPeriods(pipeline.system(), { after: null, limit: 100 });
  expect(
    periods.map((one) => [
      one.payer_account_id,
      one.period,
      one.state,
      one.records,
      one.adjustments,
      one.adjusted_after,
    ]),
  ).toEqual([
    ["other", "2026-03", "due", 1, 0, 0],
    ["parent", "2026-03", "closed", 1, 0, 2],
    ["parent", "2026-04", "open", 0, 2, 0],
  ]);
});

test("closing again changes nothing and answers the period as it was closed", async () => {
  await send(...inMarch);
  await aggregateAt("2026-04-05T00:00:00Z");
  const first = await closeUnpriced(pipeline.system(), "2026-03", "acme");
  expect(first.run).toMatchObject({ kind: "close", state: "published", period: "2026-03" });
  expect(first.closed[0]?.bound, "the bound is stored, and is that of the run").toEqual(first.run?.bound);
  pipeline.clock.set(at("2026-04-09T00:00:00Z"));
  for (const payer of ["acme", undefined]) {
    const again = await closeUnpriced(pipeline.system(), "2026-03", payer);
    expect(again).toEqual({ run: null, closed: first.closed, refused: [] });
  }
  expect(
    (await pipeline.system().runs.list({ before_seq: null, limit: 100 })).filter(({ kind }) => kind === "close"),
  ).toHaveLength(1);
});

test("what arrived before the closing counts in the month, though no run had read it", async () => {
  await send(...inMarch);
  await aggregateAt("2026-04-05T00:00:00Z");
  await send(["2026-03-10T10:00:00Z", "VM.STOP"]);
  await closeUnpriced(pipeline.system(), "2026-03", "acme");
  // 06:00–10:00 = 4 h
  expect(byTime(await readRecords(pipeline.system(), { basis: "billing" }))).toEqual(["14400000"]);
});

test("a closing that dies before it is published leaves the period open, and the next one closes it", async () => {
  await send(...inMarch);
  await aggregateAt("2026-04-05T00:00:00Z");
  const system = pipeline.system();
  const { runs } = system;
  const dying = {
    ...runs,
    step: async (...[run, change]: Parameters<typeof runs.step>) => {
      if (run.kind === "close" && change.state === "published") throw new Error("the power went");
      return runs.step(run, change);
    },
  };
  const { closePeriod } = await import("../../aggregate/index.ts");
  const deps = { store: system.store, settings: system.settings, clock: system.clock, checks: [], runs: dying };
  const aggregate = async (request: { until: ReturnType<typeof at> }) => system.aggregate(request);
  await expect(
    closePeriod({ ...deps, aggregate }, { period: "2026-03", payer_account_id: "acme", by: "test" }),
  ).rejects.toThrow("the power went");
  expect(await listPeriods(system, { after: null, limit: 10 })).toMatchObject([{ state: "due", closed_at: null }]);
  await send(["2026-03-10T10:00:00Z", "VM.STOP"]);
  await aggregateAt("2026-04-06T00:00:00Z");
  expect(byTime(await readRecords(system, { basis: "billing", ...march })), "nothing is an adjustment yet").toEqual([
    "14400000",
  ]);
  expect((await closeUnpriced(system, "2026-03", "acme")).closed).toMatchObject([{ state: "closed", records: 1 }]);
});
