import { afterAll, beforeAll, expect, test } from "vitest";
import { instant } from "../../core/instant.ts";
import type { Run } from "../../core/runs.ts";
import type { EventJson } from "../oracle/index.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";

const hour = 3_600_000;
const start = Date.UTC(2026, 9, 1);
let pipeline: Pipeline;
const runs: Run[] = [];

let count = 0;
function event(type: string, at_ms: number, data: object = {}): EventJson {
  count += 1;
  const time = new Date(at_ms).toISOString();
  const plain = { account_id: "acme", resource: `r${count % 3}`, ...data };
  return { specversion: "1.0", id: `e${count}`, source: "s", type, time, data: plain };
}

/** Four runs: two days in time, one with late facts and an amendment, one after the account's zone was changed. */
beforeAll(async () => {
  pipeline = await openPipeline(start + 100 * 24 * hour);
  const { settings } = pipeline;
  await settings.set("usage.stats.job.aggregation.range", "60", "test");
  const counted = (bytes: string, at_ms: number): EventJson =>
    event("tally.counter", at_ms, { resource: "router", readings: { network_bytes_sent: bytes } });
  const volume = { resource: "v1", size: "1073741824", offering: "ssd" };
  await pipeline.send([
    event("VM.CREATE", start + hour, { resource: "r1" }),
    event("VM.START", start + 2 * hour, { resource: "r1" }),
    event("VOLUME.CREATE", start + 3 * hour, volume),
    counted("100", start + 3 * hour),
  ]);
  runs.push(await pipeline.aggregate(start + 24 * hour));
  await pipeline.send([counted("900", start + 30 * hour), event("VM.STOP", start + 31.5 * hour, { resource: "r1" })]);
  runs.push(await pipeline.aggregate(start + 48 * hour));
  const amended = event("VOLUME.RESIZE", start + 26 * hour, { ...volume, size: "2147483648" });
  await pipeline.send([
    event("VM.START", start + 10 * hour, { resource: "r9" }),
    amended,
    event("tally.event.amended", start + 40 * hour, {
      resource: "v1",
      original: { source: amended.source, id: amended.id },
      revision: 1,
      by: "operator",
      why: "the resize was an hour earlier",
      event: { ...amended, time: new Date(start + 25 * hour).toISOString() },
    }),
  ]);
  runs.push(await pipeline.aggregate(start + 60 * hour));
  await pipeline.moveAccount("acme", "Asia/Kolkata");
  await pipeline.send([event("tally.tags.changed", start + 5 * hour, { resource: "v1", tags: { team: "a" } })]);
  runs.push(await pipeline.aggregate(start + 72 * hour));
});
afterAll(() => pipeline.close());

test("P12: each published run, made again from what it stored, gives the same bytes", async () => {
  for (const run of runs) {
    expect(run.state).toBe("published");
    const { same, missing, added, notes } = await pipeline.system().repeat({ run_id: run.id });
    expect({ missing, added, notes }, `run ${run.seq}`).toEqual({ missing: 0n, added: 0n, notes: [] });
    expect(same, `run ${run.seq}`).toBeGreaterThan(0n);
  }
});

test("a run whose rows were tampered with is found out", async () => {
  const [first] = runs;
  await pipeline.store.run.command({
    query: `DELETE FROM usage_record WHERE run_seq = ${first?.seq} AND usage_type = 6 AND window_start = '2026-10-01 03:00:00'`,
  });
  const { missing, added } = await pipeline.system().repeat({ run_id: first?.id ?? "" });
  expect({ missing, added }).toEqual({ missing: 0n, added: 1n });
});

test("what is no published run of aggregation is not made again", async () => {
  const system = pipeline.system();
  await expect(system.repeat({ run_id: "run_none" })).rejects.toMatchObject({ key: "not-found" });
  const dry = await system.aggregate({ until: instant(start + 73 * hour), dry_run: true });
  await expect(system.repeat({ run_id: dry.id })).rejects.toMatchObject({ key: "conflict" });
});
