import { expect, test } from "vitest";
import { archivesNeeded, listFindings } from "../../aggregate/index.ts";
import { at } from "../at.ts";
import { check } from "./findings-of.ts";
import { archivedCloud, cloud, toEvent, horizon, kolkata, now, refusal, sent, type Told } from "./archived-cloud.ts";

// What comes late once events are archived: after the horizon it counts as ever, before it it is answered for what it is.

const { pipeline, send, rows, liveUntilClosed, archive, restore, truth, quantityOf } = archivedCloud();

test("late facts after the horizon count as if nothing had been archived, in a day the horizon cuts as well", async () => {
  await liveUntilClosed();
  await archive();
  await pipeline().restart();
  const late: readonly Told[] = [
    ["k7", "2026-10-01T10:00:00Z", "VM.START", kolkata],
    ["k8", "2026-10-01T11:00:00Z", "VM.STOP", kolkata],
    ["a9", "2026-10-01T12:00:00Z", "VM.STOP"],
    ["c4", "2026-10-02T00:00:00Z", "tally.counter", sent(1000)],
    ["d1", "2026-10-01T06:00:00Z", "VM.START", { account_id: "tok", resource: "vm-t" }],
    ["d2", "2026-10-01T07:00:00Z", "VM.STOP", { account_id: "tok", resource: "vm-t" }],
  ];
  await pipeline().putAccount("tok", "Asia/Tokyo");
  expect(await send(...late)).toMatchObject({ accepted: late.length });
  await pipeline().aggregate(now);
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
  await pipeline().aggregate(now);
  const before = await truth();
  const lane = pipeline().store.run;
  const ms = String(horizon);
  for (const table of ["checkpoint", "resource_state", "resource_state_repair"])
    await lane.command({ query: `DELETE FROM ${table} WHERE toUnixTimestamp64Milli(at) != ${ms}` });
  // also the day of Kolkata that the horizon cuts
  for (const table of ["usage_record", "slice", "run_window"])
    await lane.command({ query: `DELETE FROM ${table} WHERE toUnixTimestamp64Milli(window_end) > ${ms}` });
  expect(await truth()).not.toEqual(before);
  await pipeline().restart();
  await pipeline().aggregate(now);
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
  expect(await pipeline().quarantine().count()).toBe(2);
  const again = await refusal(pipeline().aggregate(now, at("2026-09-15T00:00:00Z")));
  expect(again.key).toBe("archived");
  expect(again.said).toMatch(/restore 2026-09 \(events-2026-09-.*\.parquet\)/);
  const needed = await archivesNeeded(pipeline(), { before: at("2026-08-31T00:00:00Z") });
  expect(needed.map(({ month }) => month)).toEqual(["2026-08"]);
});

const amendment: Told = [
  "m1",
  "2026-10-31T00:00:00Z",
  "tally.event.amended",
  {
    resource: "vm-b",
    account: undefined,
    original: { source: "cloud/z1", id: "b1" },
    revision: 1,
    by: "ops",
    why: "it was later",
    event: toEvent(["b1", "2026-09-30T21:00:00Z", "VM.START", { resource: "vm-b" }]),
  },
];

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
  expect(await send(amendment)).toMatchObject({ accepted: 0, rejected: [{ field: "data.event.time" }] });
  expect((await pipeline().aggregate(now)).counts).toMatchObject({ arrivals: "1", set_aside: "1" });
  expect(await truth()).toEqual(before);
  const entry = (await pipeline().quarantine().list({ after_id: "", limit: 10 })).find(({ id }) => id === "r1");
  expect(entry).toMatchObject({ id: "r1", field: "data.original" });
  expect(entry?.reason).toMatch(/before 2026-10-01T00:00:00.000Z, which is archived.*tally archive restore/);
  await check(pipeline());
  const findings = async () =>
    (await listFindings(pipeline(), { check: "archived-revision" }, { after: null, limit: 10 })).toSorted((a, b) =>
      a.at < b.at ? -1 : 1,
    );
  const [amended, retracted] = await findings();
  expect(amended?.detail).toMatchObject({ id: "m1", original_id: "b1", restore: "2026-09" });
  expect(retracted).toMatchObject({
    severity: "warning",
    state: "open",
    resource: "vm-b",
    at: "2026-11-01T00:00:00.000Z",
  });
  expect(retracted?.detail).toMatchObject({ source: "cloud/z1", id: "r1", original_id: "b1", restore: "2026-09" });
  expect(retracted?.detail["advice"]).toMatch(
    /the archive must be restored first \(tally archive restore, for 2026-09\), then replay q_/,
  );
  await restore("2026-09");
  expect(await pipeline().send([JSON.parse(entry?.raw ?? "") as unknown])).toMatchObject({ accepted: 1 });
  await pipeline().aggregate(now);
  expect(await quantityOf("vm-b", "2026-09-30T00:00:00Z")).toBeUndefined();
  await check(pipeline());
  expect((await findings()).map(({ state, detail }) => [detail["id"], state, detail["restore"]])).toEqual([
    ["m1", "open", ""],
    ["r1", "resolved", "2026-09"],
  ]);
});

test("the repeat of an archived event is a duplicate, of whatever kind; other content under its id is a conflict", async () => {
  await liveUntilClosed();
  expect(await send(amendment)).toMatchObject({ accepted: 1 });
  await pipeline().aggregate(now);
  await archive();
  await pipeline().restart();
  const before = await truth();
  const archived = cloud.filter(([, time]) => time < "2026-10-01");
  const outcome = await send(...archived, amendment, ["a2", "2026-09-05T00:00:00Z", "VM.START", { name: "other" }]);
  expect(outcome).toMatchObject({ accepted: 0, duplicates: archived.length + 1 });
  expect(outcome.rejected).toMatchObject([{ id: "a2", field: "id" }]);
  expect(outcome.rejected[0]?.reason).toMatch(/other content/);
  const [entry, ...more] = await pipeline().quarantine().list({ after_id: "", limit: 10 });
  expect(entry).toMatchObject({ id: "a2", field: "id" });
  expect(more).toEqual([]);
  expect(await rows("SELECT * FROM past_event")).toEqual([]);
  await pipeline().aggregate(now);
  expect(await truth()).toEqual(before);
});

test("a counter's sample on the horizon that is sent again is a duplicate, though samples there are refused", async () => {
  await liveUntilClosed();
  await archive();
  await pipeline().restart();
  expect(await send(["c3", "2026-10-01T00:00:00Z", "tally.counter", sent(700)])).toMatchObject({
    duplicates: 1,
    rejected: [],
  });
});

test("an event older than ingest takes is a duplicate where it was taken when it was young", async () => {
  await liveUntilClosed();
  await pipeline().settings.set("ingest.retention.horizon", "30", "test");
  await pipeline().restart();
  const outcome = await send(...cloud.slice(0, 1), ["never", "2026-08-20T00:00:00Z", "VM.CREATE"]);
  expect(outcome).toMatchObject({ accepted: 0, duplicates: 1, rejected: [{ index: 1, id: "never", field: "time" }] });
});
