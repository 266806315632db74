import { beforeAll, beforeEach, afterAll } from "vitest";
import { AppError } from "../../core/errors.ts";
import { at } from "../at.ts";
import { canonicalLines } from "../e2e/faults/canonical.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { closeEverything } from "./closing-month.ts";

// A small cloud whose months before October are closed, so that they can be archived.

export const now = at("2026-11-05T00:00:00Z");
export const horizon = at("2026-10-01T00:00:00Z");

export type Told = readonly [id: string, time: string, type: string, data?: Record<string, unknown>];

/** An event of the cloud as it is sent. */
export const toEvent = ([id, time, type, data = {}]: Told) => ({
  specversion: "1.0",
  id,
  source: "cloud/z1",
  type,
  time,
  data: { account_id: "acme", account: "acme", resource: "vm-a", ...data },
});

export const kolkata = { account_id: "kol", account: "kol", resource: "vm-k" };
const device = { resource: "router", part: "network/1" };
export const sent = (bytes: number) => ({ ...device, readings: { network_bytes_sent: String(bytes) } });

/** Machines that run over the horizon, end before it and begin after it; counters; a day of Kolkata that the horizon cuts. */
export const cloud: readonly Told[] = [
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

/** Opens one store for a test file, empty before each test, with what these tests ask of it. `served`: on a server, over HTTP. */
export function archivedCloud({ served = false } = {}) {
  let pipeline: Pipeline;
  beforeAll(async () => {
    pipeline = await openPipeline(now, { served });
  }, 60_000);
  beforeEach(() => pipeline.reset());
  afterAll(() => pipeline.close());

  const send = (...told: readonly Told[]) => pipeline.send(told.map(toEvent));

  async function rows<T>(query: string): Promise<T[]> {
    return (await pipeline.store.read.query({ query, format: "JSONEachRow" })).json<T>();
  }

  return {
    pipeline: () => pipeline,
    send,
    rows,
    /** Everything sent, counted and closed up to October. */
    async liveUntilClosed(): Promise<void> {
      await pipeline.putAccount("kol", "Asia/Kolkata");
      await send(...cloud);
      await pipeline.aggregate(now);
      await closeEverything(pipeline.system(), ["2026-08", "2026-09", "2026-10"]);
    },
    archive: (before = "2026-10") => pipeline.system().archive({ before, by: "test" }),
    restore: (month: string) => pipeline.system().restoreArchive({ month, by: "test" }),
    truth: async () => canonicalLines(await readTruth(pipeline)),
    events: () => rows("SELECT *, id_hash, k, shape FROM event ORDER BY log_offset"),
    eventIds: async () => (await rows<{ id: string }>("SELECT id FROM event ORDER BY id")).map(({ id }) => id),
    /** A record of a day, in Kolkata's or in UTC. */
    async quantityOf(resource: string, start: string, usage_type = 1): Promise<unknown> {
      const found = (await readTruth(pipeline)).find(
        (one) =>
          one["resource"] === resource && one["usage_type"] === usage_type && one["window_start_ms"] === at(start),
      );
      return found?.["quantity"];
    },
  };
}

/** What an act was refused for. */
export async function refusal(act: Promise<unknown>): Promise<{ key: string; said: string }> {
  const error = await act.then(
    () => new Error("it was not refused"),
    (reason: unknown) => reason as Error,
  );
  return { key: error instanceof AppError ? error.key : "none", said: error.message };
}
