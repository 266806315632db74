import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listArchives } from "../../aggregate/index.ts";
import { archiveFolder } from "../../aggregate/retention/archive-file.ts";
import { at } from "../at.ts";
import { closeEverything } from "./closing-month.ts";
import { archivedCloud, cloud, now, refusal } from "./archived-cloud.ts";

// What archiving promises: raw events leave, may come back, and nothing that was or will be billed changes by it.

const { pipeline, send, rows, liveUntilClosed, archive, restore, truth, events, eventIds, quantityOf } =
  archivedCloud();

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
  expect((await listArchives(pipeline())).map(({ month, state, rows: n }) => [month, state, n])).toEqual([
    ["2026-08", "archived", "1"],
    ["2026-09", "archived", "8"],
  ]);
  expect(await truth()).toEqual(before);
  await pipeline().aggregate(now);
  expect(await truth(), "a run finds nothing to correct").toEqual(before);
  expect((await archive()).run, "done again there is nothing to do").toBeNull();
  expect(kept).toHaveLength(cloud.length);
});

test("a restored month is the same rows at the same positions, gives no delta, and late facts of it are taken again", async () => {
  await liveUntilClosed();
  const kept = await events();
  const before = await truth();
  await archive();
  expect((await restore("2026-08")).horizon, "September is still away").toBe("2026-10-01T00:00:00.000Z");
  expect((await restore("2026-09")).horizon).toBeNull();
  expect(await events()).toEqual(kept);
  const run = await pipeline().aggregate(now, at("2026-08-01T00:00:00Z"));
  expect(run.counts["resources_corrected"]).not.toBe("0");
  expect(run.counts["corrections"]).toBe("0");
  expect(await truth()).toEqual(before);
  expect(await send(["l1", "2026-09-30T22:00:00Z", "VM.STOP", { resource: "vm-b" }])).toMatchObject({ accepted: 1 });
  await pipeline().aggregate(now);
  expect(await quantityOf("vm-b", "2026-09-30T00:00:00Z")).toBe(2n * 3_600_000n);
  await archive();
  expect(await eventIds()).toEqual(["b2", "c3", "k3", "k4"]);
  expect((await listArchives(pipeline()))[1]).toMatchObject({ month: "2026-09", state: "archived", rows: "9" });
  expect(await quantityOf("vm-b", "2026-09-30T00:00:00Z")).toBe(2n * 3_600_000n);
  expect((await refusal(restore("2026-07"))).key).toBe("not-found");
});

test("a file that changed is refused, by one byte, and nothing is brought back", async () => {
  await liveUntilClosed();
  await archive();
  const file = (await listArchives(pipeline())).find(({ month }) => month === "2026-09")?.file ?? "";
  const path = join(archiveFolder(pipeline().store), file);
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
  pipeline().clock.set(at("2026-12-05T00:00:00Z"));
  await closeEverything(pipeline().system(), ["2026-11"]);
  await archive("2026-12");
  expect(await eventIds()).toEqual([]);
  await pipeline().restart();
  await send(["z1", "2026-12-01T00:00:00Z", "VM.STOP"]);
  const [next] = await rows<{ at: string }>("SELECT log_offset AS at FROM event");
  expect(BigInt(next?.at ?? 0)).toBe(BigInt(last?.top ?? 0) + 1n);
  pipeline().clock.set(now);
});

test("what an open period stands on, what is young and what is not over stays", async () => {
  await pipeline().putAccount("kol", "Asia/Kolkata");
  await send(...cloud);
  await pipeline().aggregate(now);
  await closeEverything(pipeline().system(), ["2026-08", "2026-09"]);
  const open = await refusal(archive());
  // October begins on 30 September in Kolkata
  expect(open).toMatchObject({ key: "archive-not-ready" });
  expect(open.said).toMatch(/are open: 2026-10 of kol$/);
  await closeEverything(pipeline().system(), ["2026-10"]);
  await pipeline().settings.set("retention.events.days", "36", "test");
  expect((await refusal(archive())).said).toMatch(/older than the 36 days/);
  await pipeline().settings.set("retention.events.days", "35", "test");
  const plan = await pipeline().system().archive({ before: "2026-10", by: "test", dry_run: true });
  expect(plan).toMatchObject({ run: null, months: [{ month: "2026-08" }, { month: "2026-09" }] });
  expect(await eventIds()).toHaveLength(cloud.length);
  expect((await refusal(archive("2026-12"))).key).toBe("archive-not-ready");
});
