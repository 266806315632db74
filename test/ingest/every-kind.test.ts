// Every kind of event through the real way in and back out of the store.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestClock } from "../../core/clock.ts";
import { type LifecycleEvent, toCloudEvent } from "../../core/events.ts";
import { instant } from "../../core/instant.ts";
import { createIngest, createQuarantine, findEvent, type Ingest, openEmbeddedLog } from "../../ingest/index.ts";
import { event } from "../conformance/sample-event.ts";
import { openTestStore, type TestStore } from "../test-store.ts";
import { everyEvent } from "./every-kind.ts";
import { rules } from "./rules.ts";

let opened: TestStore;
const clock = createTestClock(instant(Date.UTC(2026, 9, 2)));
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());

/** The way in as a process finds it that starts anew: what was taken in before is not remembered. */
async function restarted(): Promise<Ingest> {
  const { store } = opened;
  const log = await openEmbeddedLog({ store, clock });
  return createIngest({ log, quarantine: createQuarantine({ store, clock }), clock, usageTypes: rules });
}
const message = (value: unknown) => ({ value, raw: () => JSON.stringify(value) });
const send = async (...wires: readonly unknown[]) => (await restarted()).accept(wires.map(message), "test");
const wireOf = (kept: LifecycleEvent): unknown => JSON.parse(JSON.stringify(toCloudEvent(kept)));

async function hashes(id: string): Promise<string[]> {
  const query = "SELECT content_hash FROM event WHERE id = {id:String} ORDER BY log_offset";
  const result = await opened.store.read.query({ query, query_params: { id }, format: "JSONEachRow" });
  return (await result.json<{ content_hash: string }>()).map(({ content_hash }) => content_hash);
}

test("events of every kind come back from the store as they went in, large batches and small", async () => {
  const kept = fc.sample(everyEvent, { numRuns: 400, seed: 7 }).map((one, n) => ({ ...one, id: `every ${n}` }));
  expect(await send(...kept.slice(0, 390).map(wireOf))).toEqual({ accepted: 390, duplicates: 0, rejected: [] });
  expect(await send(...kept.slice(390).map(wireOf))).toEqual({ accepted: 10, duplicates: 0, rejected: [] });
  const log = await openEmbeddedLog({ store: opened.store, clock });
  const read: unknown[] = [];
  const enough = new AbortController();
  await log.consume(
    "reader",
    async ({ messages }) => {
      read.push(...messages.map((one) => JSON.parse(Buffer.from(one).toString("utf8")) as unknown));
      if (read.length >= kept.length) enough.abort();
    },
    enough.signal,
  );
  expect(read).toEqual(kept.map(wireOf));
  for (const n of [0, 100, 395]) {
    const one = kept[n] ?? event();
    expect((await findEvent(opened, one)).map((found) => found.event)).toEqual([wireOf(one)]);
  }
});

const counter = {
  specversion: "1.0",
  source: "s",
  type: "tally.counter",
  time: "2026-10-01T10:00:00Z",
  data: { account_id: "acme", resource: "router", readings: { a: "5", b: "6" } },
};
const retracted = {
  ...counter,
  type: "tally.event.retracted",
  data: { account_id: "acme", resource: "r", original: { source: "s", id: "o" }, revision: 1, by: "ann", why: "w" },
};
const start = { ...counter, id: "o", type: "VM.START", data: { account_id: "acme", resource: "r", size: "5" } };
const amended = {
  ...retracted,
  type: "tally.event.amended",
  data: { ...retracted.data, event: start },
};

test.each([
  [
    "a counter",
    counter,
    { ...counter, data: { ...counter.data, readings: { b: 6, a: "05" }, counter: "cumulative", epoch: null } },
  ],
  ["a retraction", retracted, { ...retracted, data: { zone: null, ...retracted.data } }],
  [
    "an amendment",
    amended,
    { ...amended, data: { ...amended.data, size: null, event: { ...start, time: "2026-10-01T12:00:00+02:00" } } },
  ],
])("messages that mean the same have the same content hash however they are spelt: %s", async (what, one, other) => {
  await send({ ...one, id: what });
  await send({ ...other, id: what });
  const [first, second, ...more] = await hashes(what);
  expect(more).toEqual([]);
  expect(first).toMatch(/^\d{20,}$/);
  expect(second).toBe(first);
});

const data = (base: { data: object }, change: object): { data: object } => ({
  ...base,
  data: { ...base.data, ...change },
});
test.each([
  ["a reading's value", counter, data(counter, { readings: { a: "5", b: "7" } })],
  ["a reading's name", counter, data(counter, { readings: { a: "5", c: "6" } })],
  ["one reading more", counter, data(counter, { readings: { a: "5", b: "6", c: "0" } })],
  ["how it counts", counter, data(counter, { counter: "delta" })],
  ["the epoch", counter, data(counter, { epoch: "1" })],
  ["the revision", retracted, data(retracted, { revision: 2 })],
  ["the original", retracted, data(retracted, { original: { source: "s", id: "p" } })],
  ["who", retracted, data(retracted, { by: "bob" })],
  ["why", amended, data(amended, { why: "v" })],
  ["the new event's size", amended, data(amended, { event: data(start, { size: "6" }) })],
  ["the time of the message", amended, { ...amended, time: "2026-10-01T10:00:01Z" }],
  ["an extension of the message", amended, { ...amended, ticket: "T-1" }],
  ["the message's account", amended, data(amended, { account_id: "globex" })],
])("another %s is another content hash", async (what, one, other) => {
  const id = `other ${what}`;
  await send({ ...one, id });
  await send({ ...other, id });
  const found = await hashes(id);
  expect(found).toHaveLength(2);
  expect(found[0]).not.toBe(found[1]);
});

test("a plain event keeps the content hash it had before there were readings, so that its repeats stay repeats", async () => {
  await send({ ...start, id: "plain" });
  const query = `SELECT toString(reinterpretAsUInt128(sipHash128(sequence, type, subject, occurred_at, account_id, account,
    domain, resource, part, name, extensions, shape))) AS former FROM event WHERE id = 'plain'`;
  const result = await opened.store.read.query({ query, format: "JSONEachRow" });
  expect(await result.json()).toEqual([{ former: (await hashes("plain"))[0] }]);
});

test("what no run has seen yet is found too, and what revises it: the highest revision counts, whatever came first", async () => {
  const of = (id: string, revision: number, base: { data: object } = retracted): object => ({
    ...data(base, { revision, original: { source: "s", id: "revised" } }),
    id,
  });
  await send(of("third", 3));
  await send({ ...start, id: "revised" });
  await send(of("first", 1), of("second", 2, data(amended, { event: { ...start, id: "revised" } })));
  const [found, ...more] = await findEvent(opened, { source: "s", id: "revised" });
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    outcome: "retracted",
    revised_by: [
      { source: "s", id: "third", revision: 3, kind: "retracted" },
      { source: "s", id: "second", revision: 2, kind: "amended" },
      { source: "s", id: "first", revision: 1, kind: "retracted" },
    ],
  });
  const outcome = async (id: string): Promise<unknown> =>
    (await findEvent(opened, { source: "s", id })).map((one) => [one.outcome, one.revised_by]);
  expect(await outcome("first")).toEqual([["superseded", []]]);
  expect(await outcome("second")).toEqual([["superseded", []]]);
  expect(await outcome("third")).toEqual([["accepted", []]]);
  await send(of("b", 3));
  expect(await outcome("b"), "of equal revisions the greater name by bytes").toEqual([["superseded", []]]);
});
