// Exports and lists of many records: the memory they take, who asks meanwhile, and who goes away.
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ensureAdminToken } from "../../api/access/keys.ts";
import { buildApp } from "../../api/app.ts";
import { httpLimits } from "../../api/http/limits.ts";
import type { Operation } from "../../api/operations/operation.ts";
import { silentLog } from "../../core/log.ts";
import { PROGRESS_MS_MIN } from "../../core/progress.ts";
import { at } from "../at.ts";
import { openTestSystem, type TestSystem } from "../test-system.ts";

const RECORDS = 300_000;
/** Grouping so many records as a whole needs more. */
const MEMORY_BYTES = 64 * 1024 * 1024;

let on: TestSystem;
let app: FastifyInstance;
const headers = { authorization: "Bearer secret-token" };

const readProgress = async (id: string): Promise<Operation["progress"]> => {
  const answer = await app.inject({ method: "GET", url: `/v1/operations/${id}`, headers });
  return answer.json<Operation>().progress;
};

beforeAll(async () => {
  on = await openTestSystem(at("2026-09-02T00:00:00Z"));
  const { store, keys } = on.system;
  const command = (query: string): Promise<unknown> => store.run.command({ query });
  await ensureAdminToken(keys, "secret-token");
  app = await buildApp(on.system, { log: silentLog });
  await command(
    "INSERT INTO shape (shape, project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags) VALUES (1, '', 'z1', 'small', '', '', '', -1, -1, '{}', '{}')",
  );
  await command(
    `INSERT INTO usage_record (run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at, opened_at)
     SELECT 1, 1, if(number = 0, 'b', 'a'), toDateTime64('2026-08-03 00:00:00', 3, 'UTC'), toDateTime64('2026-08-04 00:00:00', 3, 'UTC'), 1,
       concat('a-resource-with-a-rather-long-name-', toString(number)), '', 1, 3600000, 3600000, 1, toDateTime64('2026-08-03 00:00:00', 3, 'UTC') AS at, at, at FROM numbers(${RECORDS})`,
  );
  await command(
    "INSERT INTO run (run_seq, step, run_id, kind, state, bound, former_bound, versions, counts) VALUES (1, 1, 'run_1', 'aggregate', 'published', '{}', '{}', '{}', '{}')",
  );
  await command(`SET max_memory_usage = ${MEMORY_BYTES}`);
}, 60_000);
afterAll(async () => {
  await app.close();
  await on.close();
});

test("an export has every record, needs little memory, and pages are answered meanwhile; it tells how far it is", async () => {
  const asked = { kind: "usage", period: "2026-08", format: "csv" } as const;
  const { export: ours, done } = await on.system.exports.begin(asked, "test");
  const ended = new AbortController();
  void done.finally(() => ended.abort());
  const pages: number[] = [];
  const told: Operation["progress"][] = [];
  const begun = performance.now();
  while (!ended.signal.aborted) {
    const start = performance.now();
    const url = "/v1/usage-records?from=2026-08-01T00:00:00Z&to=2026-09-01T00:00:00Z&account_id=b";
    const page = await app.inject({ method: "GET", url, headers });
    expect(page.statusCode, page.body).toBe(200);
    expect(page.json<{ data: object[] }>().data).toHaveLength(1);
    pages.push(performance.now() - start);
    on.clock.advance(PROGRESS_MS_MIN);
    await sleep(20);
    told.push(await readProgress(ours.id));
  }
  expect(await done).toMatchObject({ state: "complete", error: null, rows: `${RECORDS}`, progress: null });
  expect(await readProgress(ours.id)).toBeNull();
  const written = told.flatMap((one) => (one?.what === "writing the file" ? one : []));
  const rows = written.filter(({ unit }) => unit === "rows read").map(({ done: read }) => Number(read));
  expect(rows.length, JSON.stringify(told)).toBeGreaterThan(0);
  expect(rows).toEqual(rows.toSorted((a, b) => a - b));
  for (const { done: read, total } of written) expect(Number(read)).toBeLessThanOrEqual(Number(total));
  expect(pages.length).toBeGreaterThan(2);
  // A page that waited for the statement would take nearly all of it.
  expect(Math.max(...pages)).toBeLessThan((performance.now() - begun) / 2);
}, 60_000);

test("a file is read for as long as its reader takes, however soon other answers must be made", async () => {
  const answer_ms = 400;
  const hasty = await buildApp(on.system, { log: silentLog, limits: { ...httpLimits, answer_ms } });
  const address = await hasty.listen({ port: 0, host: "127.0.0.1" });
  const [whole] = await on.system.exports.list({ before: null, limit: 1 });
  const asked = get(`${address}/v1/exports/${whole?.id}/file`, { headers, agent: false });
  const [file] = (await once(asked, "response")) as [IncomingMessage];
  const began = performance.now();
  let read = 0;
  for await (const chunk of file) {
    if (read === 0) await sleep(3 * answer_ms);
    read += (chunk as Uint8Array).length;
  }
  expect([`${read}`, performance.now() - began > answer_ms]).toEqual([whole?.bytes, true]);
  await hasty.close();
}, 60_000);

test("of a list as a file whose reader has gone no more pages are read, and nothing stays on the disk", async () => {
  const { store } = on.system;
  const spooled = (): string[] =>
    readdirSync(join(store.data_dir, "spool")).filter((name) => name.startsWith("report-"));
  const statements = (): number => store.load().reduce((sum, lane) => sum + lane.statements, 0);
  const address = await app.listen({ port: 0, host: "127.0.0.1" });
  const before = statements();
  const reader = new AbortController();
  const url = `${address}/v1/usage-records?from=2026-08-01T00:00:00Z&to=2026-09-01T00:00:00Z`;
  const asked = fetch(url, { headers: { ...headers, accept: "text/csv" }, signal: reader.signal });
  await vi.waitUntil(() => spooled().length > 0, 10_000);
  reader.abort();
  await expect(asked).rejects.toThrow("aborted");
  await vi.waitUntil(() => spooled().length === 0, 30_000);
  // A page of 20,000 takes some seven; all of them would take a hundred.
  expect(statements() - before).toBeLessThan(40);
}, 60_000);
