import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { archivesNeeded, listArchives } from "../../aggregate/index.ts";
import { archiveFolder } from "../../aggregate/retention/archive-file.ts";
import { AppError } from "../../core/errors.ts";
import { at } from "../at.ts";
import { canonicalLines } from "../e2e/faults/canonical.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { closeEverything } from "./closing-month.ts";

// What archiving promises: raw events leave, and nothing that was or will be billed changes by it.

const now = at("2026-11-05T00:00:00Z");
const horizon = at("2026-10-01T00:00:00Z");

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(now);
});
beforeEach(() => pipeline.reset());
afterAll(() => pipeline.close());

type Told = readonly [id: string, time: string, type: string, data?: Record<string, unknown>];

const toEvent = ([id, time, type, data = {}]: Told) => ({
  specversion: "1.0",
  id,
  source: "cloud/z1",
  type,
  time,
  data: { account_id: "acme", account: "acme", resource: "vm-a", ...data },
});
const send = (...told: readonly Told[]) => pipeline.send(told.map(toEvent));

const kolkata = { account_id: "kol", account: "kol", resource: "vm-k" };
const device = { resource: "router", part: "network/1" };
const sent = (bytes: number) => ({ ...device, readings: { network_bytes_sent: String(bytes) } });

/** Machines that run over the horizon, end before it and begin after it; counters; a day of Kolkata that the horizon cuts. */
const cloud: readonly Told[] = [
  ["a1", "2026-08-20T00:00:00Z", "VM.CREATE"],
  ["a2", "2026-09-05T00:00:00Z", "VM.START", { name: "web" }],
  ["b1", "2026-09-30T20:00:00Z", "VM.START", { resource: "vm-b" }],
  ["b2", "2026-10-01T02:00:00Z", "VM.STOP", { resource: "vm-b" }],
  ["c1", "2026-09-10T00:00:00Z", "tally.counter", sent(100)],
  ["c2", "2026-09-30T23:59:00Z", "tally.counter", sent(500)],
  ["c3", "2026-10-01T00:00:00Z", "tally.counter", sent(700)],
  // 00:30 to 02:30 on 1 October in Kolkata, whose day begins at 18:30Z
  ["k1", "2026-09-30T19:00:00Z", "VM.START", kolkata],
  ["k2", "2026-09-30T21:00:00Z", "VM.STOP", kolkata],
  ["k3", "2026-10-01T05:00:00Z", "VM.START", kolkata],
  ["k4", "2026-10-01T06:00:00Z", "VM.STOP", kolkata],
  ["k5", "2026-09-30T20:00:00Z", "tally.gauge", { ...kolkata, readings: { console_sessions: "3" } }],
  ["k6", "2026-09-30T20:05:00Z", "tally.gauge", { ...kolkata, readings: { console_sessions: "0" } }],
];

async function liveUntilClosed(): Promise<void> {
  await pipeline.putAccount("kol", "Asia/Kolkata");
  expect(await send(...cloud)).toMatchObject({ accepted: cloud.length });
  await pipeline.aggregate(now);
  await closeEverything(pipeline.system(), ["2026-08", "2026-09", "2026-10"]);
}
const archive = (before = "2026-10") => pipeline.system().archive({ before, by: "test" });
const restore = (month: string) => pipeline.system().restoreArchive({ month, by: "test" });
const truth = async () => canonicalLines(await readTruth(pipeline));

async function rows<T>(query: string): Promise<T[]> {
  return (await pipeline.store.read.query({ query, format: "JSONEachRow" })).json<T>();
}
const events = () => rows("SELECT *, id_hash, k, shape FROM event ORDER BY log_offset");
const eventIds = async () => (await rows<{ id: string }>("SELECT id FROM event ORDER BY id")).map(({ id }) => id);

async function refusal(act: Promise<unknown>): Promise<{ key: string; said: string }> {
  const error = await act.then(
    () => new Error("it was not refused"),
    (reason: unknown) => reason as Error,
  );
  return { key: error instanceof AppError ? error.key : "none", said: error.message };
}

/** A record of a day, in Kolkata's or in UTC. */
async function quantityOf(resource: string, start: string, usage_type = 1): Promise<unknown> {
  const found = (await readTruth(pipeline)).find(
    (one) => one["resource"] === resource && one["usage_type"] === usage_type && one["window_start_ms"] === at(start),
  );
  return found?.["quantity"];
}

test("events before the horizon leave for files, month by month; what is published stays to the byte", async () => {
  await liveUntilClosed();
  const before = await truth();
  const kept = await events();
  const outcome = await archive();
  expect(outcome.months).toEqual([
    { month: "2026-08", events: "1" },
    { month: "2026-09", events: "8" },
  ]);
  expect(await eventIds()).toEqual(["b2", "c3", "k3", "k4"]);
  expect((await listArchives(pipeline)).map(({ month, state, rows: n }) => [month, state, n])).toEqual([
    ["2026-08", "archived", "1"],
    ["2026-09", "archived", "8"],
  ]);
  expect(await truth()).toEqual(before);
  await pipeline.aggregate(now);
  expect(await truth(), "a run finds nothing to correct").toEqual(before);
  expect((await archive()).run, "done again there is nothing to do").toBeNull();
  expect(kept).toHaveLength(cloud.length);
});

test("late facts after the horizon count as if nothing had been archived, in a day the horizon cuts as well", async () => {
  await liveUntilClosed();
  await archive();
  await pipeline.restart();
  const late: readonly Told[] = [
    ["k7", "2026-10-01T10:00:00Z", "VM.START", kolkata],
    ["k8", "2026-10-01T11:00:00Z", "VM.STOP", kolkata],
    ["a9", "2026-10-01T12:00:00Z", "VM.STOP"],
    ["c4", "2026-10-02T00:00:00Z", "tally.counter", sent(1000)],
    ["d1", "2026-10-01T06:00:00Z", "VM.START", { account_id: "tok", resource: "vm-t" }],
    ["d2", "2026-10-01T07:00:00Z", "VM.STOP", { account_id: "tok", resource: "vm-t" }],
  ];
  await pipeline.putAccount("tok", "Asia/Tokyo");
  expect(await send(...late)).toMatchObject({ accepted: late.length });
  await pipeline.aggregate(now);
  // two hours before the horizon, 5 to 6 and 10 to 11 after it
  expect(await quantityOf("vm-k", "2026-09-30T18:30:00Z")).toBe(4n * 3_600_000n);
  // three sessions for five minutes, all of it before the horizon
  expect(await quantityOf("vm-k", "2026-09-30T18:30:00Z", 1003)).toBe(3n * 300_000n);
  expect(await quantityOf("vm-a", "2026-10-01T00:00:00Z")).toBe(12n * 3_600_000n);
  expect(await quantityOf("vm-b", "2026-09-30T00:00:00Z")).toBe(4n * 3_600_000n);
  // 700 is the height the archived samples left: the one on the edge belongs to the day it closes
  expect(await quantityOf("router", "2026-10-01T00:00:00Z", 4)).toBe(300n);
  expect(await quantityOf("router", "2026-09-30T00:00:00Z", 4)).toBe(600n);
  expect(await quantityOf("vm-t", "2026-09-30T15:00:00Z"), "a zone nobody was in before").toBe(3_600_000n);
});

test("the horizon and later events alone give the same bytes: other checkpoints and later usage are made again", async () => {
  await liveUntilClosed();
  await archive();
  await pipeline.aggregate(now);
  const before = await truth();
  const lane = pipeline.store.run;
  const ms = String(horizon);
  for (const table of ["checkpoint", "resource_state", "resource_state_repair"])
    await lane.command({ query: `DELETE FROM ${table} WHERE toUnixTimestamp64Milli(at) != ${ms}` });
  // also the day of Kolkata that the horizon cuts
  for (const table of ["usage_record", "slice", "run_window"])
    await lane.command({ query: `DELETE FROM ${table} WHERE toUnixTimestamp64Milli(window_end) > ${ms}` });
  expect(await truth()).not.toEqual(before);
  await pipeline.restart();
  await pipeline.aggregate(now);
  expect(await truth()).toEqual(before);
});

test("facts before the horizon are refused, and the reason says how to take them in", async () => {
  await liveUntilClosed();
  await archive();
  const outcome = await send(
    ["x1", "2026-09-30T23:59:59.999Z", "VM.STOP"],
    ["x2", "2026-10-01T00:00:00Z", "tally.counter", { ...sent(750), part: "network/2" }],
    ["x3", "2026-10-01T00:00:00Z", "VM.STOP"],
  );
  expect(outcome).toMatchObject({
    accepted: 1,
    rejected: [
      { index: 0, field: "time" },
      { index: 1, field: "time" },
    ],
  });
  expect(outcome.rejected[0]?.reason).toMatch(
    /2026-10-01T00:00:00.000Z or later.*archived.*tally archive restore 2026-09/,
  );
  expect(await pipeline.quarantine().count()).toBe(2);
  const again = await refusal(pipeline.aggregate(now, at("2026-09-15T00:00:00Z")));
  expect(again.key).toBe("archived");
  expect(again.said).toMatch(/restore 2026-09 \(events-2026-09-.*\.parquet\)/);
  const needed = await archivesNeeded(pipeline, { before: at("2026-08-31T00:00:00Z") });
  expect(needed.map(({ month }) => month)).toEqual(["2026-08"]);
});

test("a revision of what is archived goes to quarantine with the way out, and counts once that is restored", async () => {
  await liveUntilClosed();
  await archive();
  const before = await truth();
  const retraction: Told = [
    "r1",
    "2026-11-01T00:00:00Z",
    "tally.event.retracted",
    { resource: "vm-b", original: { source: "cloud/z1", id: "b1" }, revision: 1, by: "ops", why: "never ran" },
  ];
  expect(await send(retraction)).toMatchObject({ accepted: 1 });
  await pipeline.aggregate(now);
  expect(await truth()).toEqual(before);
  const [entry] = await pipeline.quarantine().list({ after_id: "", limit: 10 });
  expect(entry).toMatchObject({ id: "r1", field: "data.original" });
  expect(entry?.reason).toMatch(/before 2026-10-01T00:00:00.000Z, which is archived.*tally archive restore/);
  await restore("2026-09");
  expect(await pipeline.send([JSON.parse(entry?.raw ?? "") as unknown])).toMatchObject({ accepted: 1 });
  await pipeline.aggregate(now);
  expect(await quantityOf("vm-b", "2026-09-30T00:00:00Z")).toBeUndefined();
});

test("a restored month is the same rows at the same positions, gives no delta, and late facts of it are taken again", async () => {
  await liveUntilClosed();
  const kept = await events();
  const before = await truth();
  await archive();
  expect((await restore("2026-08")).horizon, "September is still away").toBe("2026-10-01T00:00:00.000Z");
  expect((await restore("2026-09")).horizon).toBeNull();
  expect(await events()).toEqual(kept);
  const run = await pipeline.aggregate(now, at("2026-08-01T00:00:00Z"));
  expect(run.counts["resources_corrected"]).not.toBe("0");
  expect(run.counts["corrections"]).toBe("0");
  expect(await truth()).toEqual(before);
  expect(await send(["l1", "2026-09-30T22:00:00Z", "VM.STOP", { resource: "vm-b" }])).toMatchObject({ accepted: 1 });
  await pipeline.aggregate(now);
  expect(await quantityOf("vm-b", "2026-09-30T00:00:00Z")).toBe(2n * 3_600_000n);
  await archive();
  expect(await eventIds()).toEqual(["b2", "c3", "k3", "k4"]);
  expect((await listArchives(pipeline))[1]).toMatchObject({ month: "2026-09", state: "archived", rows: "9" });
  expect(await quantityOf("vm-b", "2026-09-30T00:00:00Z")).toBe(2n * 3_600_000n);
  expect((await refusal(restore("2026-07"))).key).toBe("not-found");
});

test("a file that changed is refused, by one byte, and nothing is brought back", async () => {
  await liveUntilClosed();
  await archive();
  const file = (await listArchives(pipeline)).find(({ month }) => month === "2026-09")?.file ?? "";
  const path = join(archiveFolder(pipeline.store), file);
  const bytes = readFileSync(path);
  const changed = Buffer.from(bytes);
  changed[40] = (changed[40] ?? 0) ^ 1;
  writeFileSync(path, changed);
  expect(await refusal(restore("2026-09"))).toMatchObject({ key: "archive-damaged" });
  expect(await eventIds()).toEqual(["b2", "c3", "k3", "k4"]);
  writeFileSync(path, bytes);
  expect((await restore("2026-09")).archive.state).toBe("restored");
});

test("positions go on above those of archived events after a restart", async () => {
  await liveUntilClosed();
  const [last] = await rows<{ top: string }>("SELECT max(log_offset) AS top FROM event");
  // Everything there is lies before December: the store is empty of events afterwards.
  pipeline.clock.set(at("2026-12-05T00:00:00Z"));
  await closeEverything(pipeline.system(), ["2026-11"]);
  await archive("2026-12");
  expect(await eventIds()).toEqual([]);
  await pipeline.restart();
  await send(["z1", "2026-12-01T00:00:00Z", "VM.STOP"]);
  const [next] = await rows<{ at: string }>("SELECT log_offset AS at FROM event");
  expect(BigInt(next?.at ?? 0)).toBe(BigInt(last?.top ?? 0) + 1n);
  pipeline.clock.set(now);
});

test("what an open period stands on, what is young and what is not over stays", async () => {
  await pipeline.putAccount("kol", "Asia/Kolkata");
  await send(...cloud);
  await pipeline.aggregate(now);
  await closeEverything(pipeline.system(), ["2026-08", "2026-09"]);
  const open = await refusal(archive());
  // October begins on 30 September in Kolkata
  expect(open).toMatchObject({ key: "archive-not-ready" });
  expect(open.said).toMatch(/are open: 2026-10 of kol$/);
  await closeEverything(pipeline.system(), ["2026-10"]);
  await pipeline.settings.set("retention.events.days", "36", "test");
  expect((await refusal(archive())).said).toMatch(/older than the 36 days/);
  await pipeline.settings.set("retention.events.days", "35", "test");
  const plan = await pipeline.system().archive({ before: "2026-10", by: "test", dry_run: true });
  expect(plan).toMatchObject({ run: null, months: [{ month: "2026-08" }, { month: "2026-09" }] });
  expect(await eventIds()).toHaveLength(cloud.length);
  expect((await refusal(archive("2026-12"))).key).toBe("archive-not-ready");
});

const steps: readonly (readonly [what: string, statement: RegExp])[] = [
  ["the state is written", /INSERT INTO horizon_interval/],
  ["the file is written", /INSERT INTO FUNCTION file/],
  ["the first events leave", /DROP PARTITION ID '202608'/],
  ["the last events leave", /DROP PARTITION ID '202609'/],
];

test.each(steps)("a failure when %s loses nothing, and asked again it goes on", async (_what, statement) => {
  await liveUntilClosed();
  const before = await truth();
  const all = await eventIds();
  await failing(statement, async () => {
    expect((await refusal(archive())).said).toBe("the disk is gone");
  });
  // neither without the other
  const there = new Set(await eventIds());
  const gone = (await listArchives(pipeline)).filter(({ state }) => state === "archived").map(({ month }) => month);
  const times = new Map(cloud.map(([id, time]) => [id, time]));
  for (const id of all) expect(there.has(id) || gone.includes(times.get(id)?.slice(0, 7) ?? "")).toBe(true);
  await pipeline.restart();
  await archive();
  expect(await eventIds()).toEqual(["b2", "c3", "k3", "k4"]);
  expect(await truth()).toEqual(before);
  for (const month of ["2026-08", "2026-09"]) await restore(month);
  expect(await eventIds()).toEqual(all);
});

/** Lets the first statement of the run's lane that looks like this fail as long as `act` goes on. */
async function failing(statement: RegExp, act: () => Promise<void>): Promise<void> {
  const lane = pipeline.store.run;
  const command = lane.command.bind(lane);
  lane.command = (params) =>
    statement.test(params.query) ? Promise.reject(new Error("the disk is gone")) : command(params);
  try {
    await act();
  } finally {
    lane.command = command;
  }
}
