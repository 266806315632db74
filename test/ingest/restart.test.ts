// What ingest has forgotten the run finds: repeats and conflicts across a restart, told by the usage that is published.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { findEvent } from "../../ingest/index.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());
beforeEach(() => pipeline.reset());

const until = Date.UTC(2026, 9, 3);
const hour = 3_600_000n;

function wire(id: string, type: string, at: string, data: Record<string, unknown> = {}): Record<string, unknown> {
  const time = `2026-10-01T${at}:00Z`;
  return {
    specversion: "1.0",
    id,
    source: "s",
    type,
    time,
    data: { account_id: "acme", resource: "vm-1", offering: "small", ...data },
  };
}
const start = wire("start", "VM.START", "10:00");
const stop = wire("stop", "VM.STOP", "12:00");

/** Hours vm-1 ran, by offering. */
async function ran(): Promise<Record<string, bigint>> {
  const truth = (await readTruth(pipeline)) as { usage_type: number; quantity: bigint; shape: { offering: string } }[];
  return Object.fromEntries(
    truth.filter(({ usage_type }) => usage_type === 1).map(({ shape, quantity }) => [shape.offering, quantity]),
  );
}
async function excluded(): Promise<unknown[]> {
  const query = "SELECT log_offset, conflict FROM event_excluded FINAL ORDER BY log_offset";
  return (await pipeline.store.read.query({ query, format: "JSONEachRow" })).json();
}

test("without a restart a repeat is answered at once and never reaches the log", async () => {
  await pipeline.send([start, stop]);
  expect(await pipeline.send([start, stop])).toMatchObject({ accepted: 0, duplicates: 2 });
  expect(Object.values(await pipeline.eventLog().bound())).toEqual(["1"]);
});

test("a repeat after a restart is excluded by the next run, and the usage is what it was: 12:00 - 10:00", async () => {
  await pipeline.send([start, stop]);
  await pipeline.restart();
  expect(await pipeline.send([start, stop])).toMatchObject({ accepted: 2, duplicates: 0 });
  await pipeline.aggregate(until);
  expect(await excluded()).toEqual([
    { log_offset: "2", conflict: 0 },
    { log_offset: "3", conflict: 0 },
  ]);
  expect(await ran()).toEqual({ small: 2n * hour });
  expect(await pipeline.quarantine().count()).toBe(0);
});

test("a repeat that comes after its window was published changes nothing and touches no resource", async () => {
  await pipeline.send([start, stop]);
  await pipeline.aggregate(until);
  await pipeline.restart();
  await pipeline.send([stop, start]);
  const run = await pipeline.aggregate(until);
  expect(run.counts).toMatchObject({ arrivals: "2", resources_corrected: "0", windows: "0", records: "0" });
  expect(await ran()).toEqual({ small: 2n * hour });
  expect(await excluded()).toHaveLength(2);
});

test("a conflict after a restart: the lower position counts, the other one lands in quarantine with its content", async () => {
  await pipeline.send([start, stop]);
  await pipeline.restart();
  const other = wire("stop", "VM.STOP", "23:00");
  expect(await pipeline.send([other])).toMatchObject({ accepted: 1 });
  await pipeline.aggregate(until);
  expect(await excluded()).toEqual([{ log_offset: "2", conflict: 1 }]);
  expect(await ran()).toEqual({ small: 2n * hour });
  const [entry, ...more] = await pipeline.quarantine().list({ after_id: "", limit: 10 });
  expect(more).toEqual([]);
  expect(entry).toMatchObject({
    origin: "log 0/2",
    source: "s",
    id: "stop",
    field: "id",
    times_seen: "1",
    replayed_at: null,
  });
  expect(entry?.reason).toBe('id is "stop", which s has used for an event with other content');
  expect(JSON.parse(entry?.raw ?? "{}")).toMatchObject({ id: "stop", time: "2026-10-01T23:00:00.000Z" });
});

test("after a run has judged a conflict, the event that was accepted is no conflict when it is sent again", async () => {
  await pipeline.send([start, stop]);
  await pipeline.restart();
  await pipeline.send([wire("stop", "VM.STOP", "23:00")]);
  await pipeline.aggregate(until);
  expect(await pipeline.send([stop])).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
  await pipeline.aggregate(until);
  expect(await ran()).toEqual({ small: 2n * hour });
  expect(await pipeline.quarantine().count()).toBe(1);
});

test("a conflict that arrives after publishing does not change what is published", async () => {
  await pipeline.send([start, stop]);
  await pipeline.aggregate(until);
  await pipeline.restart();
  await pipeline.send([wire("start", "VM.START", "09:00", { offering: "large" })]);
  await pipeline.aggregate(until);
  expect(await ran()).toEqual({ small: 2n * hour });
  expect(await pipeline.quarantine().count()).toBe(1);
});

test("the second of two repeats of different content is judged by the first that was accepted, not by the conflict", async () => {
  await pipeline.send([start, stop]);
  await pipeline.restart();
  await pipeline.send([wire("stop", "VM.STOP", "23:00")]);
  await pipeline.aggregate(until);
  await pipeline.restart();
  await pipeline.send([stop]);
  await pipeline.aggregate(until);
  expect(await excluded()).toEqual([
    { log_offset: "2", conflict: 1 },
    { log_offset: "3", conflict: 0 },
  ]);
});

test("who asks for an event hears all that came under its name and what became of each", async () => {
  await pipeline.send([start, stop]);
  await pipeline.restart();
  await pipeline.send([stop]);
  await pipeline.restart();
  await pipeline.send([wire("stop", "VM.STOP", "23:00")]);
  await pipeline.aggregate(until);
  const found = await findEvent(pipeline, { source: "s", id: "stop" });
  expect(found.map(({ position, outcome, event }) => [position, outcome, event.time])).toEqual([
    ["0/1", "accepted", "2026-10-01T12:00:00.000Z"],
    ["0/2", "duplicate", "2026-10-01T12:00:00.000Z"],
    ["0/3", "conflict", "2026-10-01T23:00:00.000Z"],
  ]);
  expect(found[0]?.recorded_at).toBe("2027-01-01T00:00:00.000Z");
  expect(await findEvent(pipeline, { source: "t", id: "stop" })).toEqual([]);
});

test("two senders that repeat each other at the same moment are one event", async () => {
  await Promise.all(Array.from({ length: 10 }, () => pipeline.send([start, stop])));
  await pipeline.aggregate(until);
  expect(await ran()).toEqual({ small: 2n * hour });
});

test("who asks for an event that was revised hears by what, and which of its revisions counts, once a run has seen them", async () => {
  const original = { source: "s", id: "stop" };
  const fix = { account_id: "acme", resource: "vm-1", original, by: "ann", why: "stopped an hour later" };
  const amend = (id: string, revision: number, at: string): Record<string, unknown> => ({
    ...wire(id, "tally.event.amended", "23:00"),
    data: { ...fix, revision, event: wire("stop", "VM.STOP", at) },
  });
  await pipeline.send([start, stop, amend("fix-2", 2, "13:00"), amend("fix-1", 1, "14:00")]);
  await pipeline.aggregate(until);
  expect(await ran()).toEqual({ small: 3n * hour });
  const [found, ...more] = await findEvent(pipeline, original);
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    event: { time: "2026-10-01T12:00:00.000Z" },
    outcome: "amended",
    revised_by: [
      { source: "s", id: "fix-2", revision: 2, kind: "amended" },
      { source: "s", id: "fix-1", revision: 1, kind: "amended" },
    ],
  });
  const outcomeOf = async (id: string): Promise<unknown> =>
    (await findEvent(pipeline, { source: "s", id })).map((one) => one.outcome);
  expect([await outcomeOf("fix-2"), await outcomeOf("fix-1")]).toEqual([["accepted"], ["superseded"]]);
});

test("a conflict of an amendment rests in quarantine with the whole message, and can be put in again as it is", async () => {
  const original = { source: "s", id: "stop" };
  const amend = (at: string): Record<string, unknown> => ({
    ...wire("fix", "tally.event.amended", "23:00"),
    ticket: "T-1",
    data: {
      account_id: "acme",
      resource: "vm-1",
      original,
      revision: 1,
      by: "ann",
      why: "w",
      event: wire("stop", "VM.STOP", at, { readings: { tokens: "5" } }),
    },
  });
  await pipeline.send([start, stop, amend("13:00")]);
  await pipeline.restart();
  await pipeline.send([amend("14:00")]);
  await pipeline.aggregate(until);
  const [entry] = await pipeline.quarantine().list({ after_id: "", limit: 10 });
  expect(entry).toMatchObject({ id: "fix", field: "id" });
  const kept = JSON.parse(entry?.raw ?? "{}") as Record<string, unknown>;
  expect(kept).toMatchObject({
    ticket: "T-1",
    type: "tally.event.amended",
    data: { original, revision: 1, event: { time: "2026-10-01T14:00:00.000Z", data: { readings: { tokens: "5" } } } },
  });
  await pipeline.reset();
  expect(await pipeline.send([kept])).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
  await pipeline.restart();
  expect(await pipeline.send([amend("14:00")])).toMatchObject({ accepted: 1 });
  await pipeline.aggregate(until);
  expect(await excluded(), "the same content, as it was sent first").toEqual([{ log_offset: "1", conflict: 0 }]);
});
