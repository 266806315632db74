// What callers hear while the ClickHouse server is away: that it is, in the form of all problems, and never a fault of ours.
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
import { type ServerProcess, spawnClickHouseServer } from "../clickhouse-server/process.ts";
import { smallCard } from "../e2e/small-cloud.ts";
import { checkAnswer } from "./check-answer.ts";
import { event } from "./test-api.ts";

let folder: string;
let server: ServerProcess;
let system: System;
let app: FastifyInstance;
let authorization: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tally-away-"));
  server = await spawnClickHouseServer(join(folder, "theirs"));
  const clock = createTestClock(at("2026-10-02T12:00:00Z"));
  system = await openSystem({ url: server.url, data_dir: join(folder, "ours") }, { clock, log: silentLog });
  authorization = `Bearer ${(await ensureAdminToken(system.keys, "test-admin-token")) ?? "test-admin-token"}`;
  app = await buildApp(system, { log: silentLog });
  await app.ready();
}, 120_000);
afterAll(async () => {
  await app?.close();
  await system?.close();
  await server?.kill();
  rmSync(folder, { recursive: true, force: true });
});

type Asked = readonly [method: "GET" | "POST" | "PUT", url: string, body?: object, type?: string];

async function ask([method, url, body, type = "application/json"]: Asked): Promise<{
  status: number;
  problem: unknown;
}> {
  const headers = { authorization, ...(body === undefined ? {} : { "content-type": type }) };
  const answer = await app.inject({
    method,
    url,
    headers,
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  checkAnswer(app, { method, url }, answer);
  return { status: answer.statusCode, problem: answer.statusCode < 400 ? null : answer.json() };
}

const said = [event("1", "VM.START", "2026-10-01T00:00:00Z"), event("2", "VM.STOP", "2026-10-01T05:00:00Z")];
const requests: readonly Asked[] = [
  ["GET", "/v1/accounts"],
  ["GET", "/v1/usage-records?from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z"],
  ["GET", "/v1/runs"],
  ["GET", "/v1/settings"],
  ["PUT", "/v1/rate-cards/default", smallCard],
  ["POST", "/v1/runs", { kind: "aggregate" }],
  ["POST", "/v1/events", said, "application/cloudevents-batch+json"],
];

test("every request is a 503 of the catalogue while the server is away, and what it says once it is back", async () => {
  await server.kill();
  for (const asked of requests) {
    const { status, problem } = await ask(asked);
    expect([asked[1], status, problem]).toMatchObject([
      asked[1],
      503,
      {
        type: "/problems/store-unavailable",
        title: "The store does not answer",
        detail: "the ClickHouse server does not answer",
      },
    ]);
  }
  await server.start();
  for (const asked of requests) {
    const { status, problem } = await ask(asked);
    expect([asked[1], status, problem]).toEqual([asked[1], expect.toSatisfy((code: number) => code < 300), null]);
  }
}, 120_000);

test("what was refused while it was away counts once, however often it was sent", async () => {
  const later = [
    event("3", "VM.START", "2026-10-01T00:00:00Z", { resource: "vm-2" }),
    event("4", "VM.STOP", "2026-10-01T07:00:00Z", { resource: "vm-2" }),
  ];
  const sent = ["POST", "/v1/events", later, "application/cloudevents-batch+json"] as const;
  await server.kill();
  for (let time = 0; time < 3; time += 1) expect((await ask(sent)).status).toBe(503);
  await server.start();
  expect((await ask(sent)).status).toBe(202);
  await system.aggregate({ until: at("2026-10-02T00:00:00Z") });
  const found = await system.store.read.query({
    query:
      "SELECT toString(sum(quantity * sign)) AS ms FROM usage_record WHERE usage_type = 1 AND resource = 'vm-2' AND run_seq IN (SELECT run_seq FROM published_run)",
    format: "JSONEachRow",
  });
  expect(await found.json()).toEqual([{ ms: String(7 * 3_600_000) }]);
}, 120_000);
