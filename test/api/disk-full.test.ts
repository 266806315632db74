// A full disk of the embedded store: whoever sends events hears it, and nothing that was acknowledged is missing later.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApp } from "../../api/app.ts";
import { ensureAdminToken } from "../../api/access/keys.ts";
import { type System } from "../../api/system.ts";
import { openSystem } from "../../api/open-system.ts";
import { createTestClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { at } from "../at.ts";
import { readTruth } from "../pipeline.ts";
import { checkAnswer } from "./check-answer.ts";
import { event } from "./test-api.ts";

const data_dir = mkdtempSync(join(tmpdir(), "tally-full-"));
const ample = 2 ** 40;
let free = [ample];
let system: System;
let app: FastifyInstance;
let authorization: string;

beforeAll(async () => {
  const free_bytes = (): number => (free.length > 1 ? (free.shift() as number) : (free[0] as number));
  const clock = createTestClock(at("2026-10-02T12:00:00Z"));
  system = await openSystem({ url: null, data_dir, free_bytes }, { clock, log: silentLog });
  authorization = `Bearer ${(await ensureAdminToken(system.keys, "test-admin-token")) ?? "test-admin-token"}`;
  app = await buildApp(system, { log: silentLog });
  await app.ready();
}, 60_000);
afterAll(async () => {
  await app?.close();
  await system?.close();
  rmSync(data_dir, { recursive: true, force: true });
});

async function send(id: string): Promise<{ status: number; body: unknown }> {
  const url = "/v1/events";
  const headers = { authorization, "content-type": "application/cloudevents-batch+json" };
  const payload = JSON.stringify([event(id, "VM.START", "2026-10-01T00:00:00Z", { resource: `vm-${id}` })]);
  const answer = await app.inject({ method: "POST", url, headers, payload });
  checkAnswer(app, { method: "POST", url }, answer);
  return { status: answer.statusCode, body: answer.json() };
}

async function stored(): Promise<string[]> {
  const rows = await system.store.read.query({
    query: "SELECT DISTINCT id FROM event ORDER BY id",
    format: "JSONEachRow",
  });
  return (await rows.json<{ id: string }>()).map(({ id }) => id);
}

test("events are refused while there is no room, and not believed stored when it ran out meanwhile; sent again they count once", async () => {
  expect(await send("1")).toMatchObject({ status: 202, body: { accepted: 1 } });
  free = [1_000];
  expect(await send("2")).toMatchObject({ status: 503, body: { type: "/problems/disk-full" } });
  expect(await stored()).toEqual(["1"]);
  free = [ample, 1_000];
  expect(await send("3")).toMatchObject({ status: 503, body: { type: "/problems/disk-full" } });
  free = [ample];
  for (const id of ["2", "3"]) expect(await send(id)).toMatchObject({ status: 202, body: { accepted: 1 } });
  expect(await stored()).toEqual(["1", "2", "3"]);
  await system.aggregate({ until: at("2026-10-02T00:00:00Z") });
  const running = (await readTruth(system)).filter(({ usage_type }) => usage_type === 1);
  expect(running.map(({ resource }) => String(resource)).toSorted((a, b) => a.localeCompare(b))).toEqual([
    "vm-1",
    "vm-2",
    "vm-3",
  ]);
});
