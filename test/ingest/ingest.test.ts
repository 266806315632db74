import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestClock } from "../../core/clock.ts";
import type { EventLog } from "../../core/event-log.ts";
import { instant } from "../../core/instant.ts";
import { createIngest, createQuarantine, type Ingest, readBody } from "../../ingest/index.ts";
import { createMemoryEventLog, type MemoryEventLog } from "../core/memory-event-log.ts";
import { rules } from "./rules.ts";
import { openTestStore, type TestStore } from "../test-store.ts";

let opened: TestStore;
const clock = createTestClock(instant(Date.UTC(2026, 9, 2)));
let log: MemoryEventLog;
let ingest: Ingest;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.close());
beforeEach(async () => {
  await opened.store.write.command({ query: "TRUNCATE TABLE quarantine" });
  log = createMemoryEventLog();
  ingest = createIngest({ log, quarantine: quarantine(), clock, usageTypes: rules });
});
const quarantine = (): ReturnType<typeof createQuarantine> => createQuarantine({ store: opened.store, clock });

interface Wire {
  readonly [name: string]: unknown;
  readonly data: Readonly<Record<string, unknown>>;
}
function wire(id: string, change: Record<string, unknown> = {}, data: Record<string, unknown> = {}): Wire {
  const envelope = { specversion: "1.0", id, source: "s", type: "VM.START", time: "2026-10-01T10:12:00Z", ...change };
  return { ...envelope, data: { account_id: "acme", resource: "vm-1", ...data } };
}
const send = (...events: readonly unknown[]): ReturnType<Ingest["accept"]> =>
  ingest.accept(readBody(JSON.stringify(events)), "http");
const keptIds = (): string[] => log.messages().map((text) => (JSON.parse(text) as { id: string }).id);

test("one bad event never stops the others (P4): the rest is kept in order, each refused one is named by its place", async () => {
  const outcome = await send(
    wire("a"),
    wire("b", { type: "VM.DANCE" }),
    wire("c"),
    null,
    wire("d", {}, { size: "-5" }),
    wire("e"),
  );
  expect(keptIds()).toEqual(["a", "c", "e"]);
  expect(outcome).toMatchObject({ accepted: 3, duplicates: 0 });
  expect(outcome.rejected.map(({ index, id, field }) => [index, id, field])).toEqual([
    [1, "b", "type"],
    [3, null, ""],
    [4, "d", "data.size"],
  ]);
});

test("every message is counted once: accepted + duplicates + rejected = sent", async () => {
  await send(wire("known"));
  const sent = [
    wire("known"),
    wire("new"),
    wire("new"),
    wire("new", {}, { zone: "z2" }),
    wire("known", {}, { zone: "z2" }),
    wire("bad", { id: 5 }),
    7,
  ];
  const { accepted, duplicates, rejected } = await send(...sent);
  expect([accepted, duplicates, rejected.length]).toEqual([1, 2, 4]);
  expect(accepted + duplicates + rejected.length).toBe(sent.length);
});

test("the same event again is a duplicate, however it is spelt: order of fields, offset, null for nothing, digits as a number", async () => {
  await send(wire("a", { subject: "vm/vm-1" }, { size: "5", tags: { x: "1", y: "2" } }));
  const { time: _time, ...rest } = wire(
    "a",
    { subject: "vm/vm-1" },
    { tags: { y: "2", x: "1" }, zone: null, name: "", size: 5 },
  );
  expect(await send({ ...rest, time: "2026-10-01T15:42:00.0004+05:30" })).toEqual({
    accepted: 0,
    duplicates: 1,
    rejected: [],
  });
  expect(keptIds()).toEqual(["a"]);
});

test.each([
  ["time", wire("a", { time: "2026-10-01T10:12:00.001Z" })],
  ["type", wire("a", { type: "VM.STOP" })],
  ["sequence", wire("a", { sequence: "1" })],
  ["a label", wire("a", {}, { offering: "large" })],
  ["a tag", wire("a", {}, { tags: { x: "1" } })],
  ["an extension", wire("a", { traceparent: "00-1" })],
])("another %s under the same id is a conflict: refused, and the first stays (P3)", async (_what, other) => {
  await send(wire("a"));
  const { accepted, duplicates, rejected } = await send(other);
  expect([accepted, duplicates]).toEqual([0, 0]);
  expect(rejected).toEqual([
    { index: 0, id: "a", field: "id", reason: 'id is "a", which s has used for an event with other content' },
  ]);
  expect(keptIds()).toEqual(["a"]);
  expect(await quarantine().count()).toBe(1);
});

test("the same id from another source is another event, and no pair of texts can be mistaken for another", async () => {
  expect(await send(wire("a"), wire("a", { source: "t" }))).toMatchObject({ accepted: 2, duplicates: 0 });
  expect(await send(wire("bc", { source: "a" }), wire("c", { source: "ab" }))).toMatchObject({
    accepted: 2,
    duplicates: 0,
  });
  expect(await send(wire('","', { source: "x" }), wire("", { source: 'x","' }))).toMatchObject({
    accepted: 1,
    rejected: [{ field: "id" }],
  });
});

test("what was not acknowledged is not remembered: the same batch sent again is taken in whole", async () => {
  log.breakAfter(1);
  await expect(send(wire("a"), wire("b"))).rejects.toThrow("the log went away");
  expect(await send(wire("a"), wire("b"))).toMatchObject({ accepted: 2, duplicates: 0 });
  expect(await send(wire("a"), wire("b"))).toMatchObject({ accepted: 0, duplicates: 2 });
});

test("a sender hears nothing good while the quarantine cannot be written", async () => {
  const broken = { ...quarantine(), put: () => Promise.reject(new Error("disk full")) };
  const unlucky = createIngest({ log, quarantine: broken, clock, usageTypes: rules });
  await expect(unlucky.accept(readBody(JSON.stringify([wire("bad", { type: "?" })])), "http")).rejects.toThrow(
    "disk full",
  );
});

test("an answer comes after the log has kept the events, never before (P2)", async () => {
  const order: string[] = [];
  const slow: EventLog = {
    ...log,
    append: async (events) => {
      await new Promise(setImmediate);
      await log.append(events);
      order.push("kept");
    },
  };
  await createIngest({ log: slow, quarantine: quarantine(), clock, usageTypes: rules }).accept(
    readBody(JSON.stringify(wire("a"))),
    "http",
  );
  order.push("answered");
  expect(order).toEqual(["kept", "answered"]);
});

test("half of a surrogate pair is refused: it could not come back as it was sent", async () => {
  const half = JSON.parse(String.raw`"\ud83e"`) as string;
  const { accepted, rejected } = await send(wire("a", {}, { name: half }), wire("b", {}, { name: "🦊" }));
  expect([accepted, rejected.length]).toEqual([1, 1]);
  expect(rejected[0]?.reason).toContain("surrogate");
  expect(keptIds()).toEqual(["b"]);
});

test("each refused content rests in quarantine once with the reason, however often it was sent, and nothing of it is lost", async () => {
  const bad = wire("bad", { type: "VM.DANCE" }, { name: "tab\t \\ \"quote' 🦊 \0" });
  clock.set(instant(Date.UTC(2026, 9, 2)));
  await send(bad, bad);
  clock.set(instant(Date.UTC(2026, 9, 2, 1)));
  await send(wire("fine"), bad);
  const entries = await quarantine().list({ after_id: "", limit: 10 });
  expect(entries).toEqual([
    {
      quarantine_id: expect.stringMatching(/^q_[0-9a-f]{32}$/) as string,
      origin: "http",
      source: "s",
      id: "bad",
      field: "type",
      reason: 'type is "VM.DANCE", expected an event type of a usage type in GET /v1/usage-types',
      raw: JSON.stringify(bad),
      times_seen: "3",
      first_seen_at: "2026-10-02T00:00:00.000Z",
      last_seen_at: "2026-10-02T01:00:00.000Z",
      replayed_at: null,
    },
  ]);
  expect(await quarantine().get(entries[0]?.quarantine_id ?? "")).toEqual(entries[0]);
  expect(await quarantine().count()).toBe(1);
});

test("quarantine is read page by page, and what was replayed waits no longer", async () => {
  await send(...Array.from({ length: 7 }, (_, n) => wire(`bad ${n}`, { type: "?" })));
  const first = await quarantine().list({ after_id: "", limit: 4 });
  const rest = await quarantine().list({ after_id: first.at(-1)?.quarantine_id ?? "", limit: 4 });
  expect([first.length, rest.length]).toEqual([4, 3]);
  expect([...first, ...rest].map(({ id }) => id).toSorted()).toEqual(Array.from({ length: 7 }, (_, n) => `bad ${n}`));
  const [entry] = first;
  if (entry === undefined) throw new Error("the page is empty");
  await quarantine().markReplayed(entry);
  expect(await quarantine().count()).toBe(6);
  expect(await quarantine().get(entry.quarantine_id)).toEqual({ ...entry, replayed_at: "2026-10-02T01:00:00.000Z" });
  expect(await quarantine().get("q_unknown")).toBeNull();
});
