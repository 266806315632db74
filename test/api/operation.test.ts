// Health, metrics and the description of the API.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTickLedger } from "../../api/jobs.ts";
import { at } from "../at.ts";
import { type Document, faults, resolve } from "./check-answer.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const document = () => api.app.swagger() as unknown as Document;
const figure = async (name: string): Promise<number | undefined> => {
  const answer = await api.call("GET", "/metrics");
  const line = answer.body.split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
};

test("metrics count every message in one of three, runs by state, and the lag behind the last window", async () => {
  expect(await figure("tally_windows_lag_seconds"), "nothing is published yet").toBeUndefined();
  const first = event("m1", "VM.CREATE", "2026-10-01T06:00:00Z", { account_id: "a-secret-account" });
  await api.call("POST", "/v1/events", [
    first,
    first,
    { ...first, id: "m2", type: "VM.EXPLODE" },
    { ...first, id: "m3", type: "VM.START" },
  ]);
  await api.call("POST", "/v1/runs", { kind: "aggregate" });
  expect(await figure('tally_events_total{outcome="accepted"}')).toBe(2);
  expect(await figure('tally_events_total{outcome="duplicate"}')).toBe(1);
  expect(await figure('tally_events_total{outcome="quarantined"}')).toBe(1);
  expect(await figure("tally_quarantine_open")).toBe(1);
  expect(await figure('tally_runs{kind="aggregate",state="published"}')).toBe(1);
  // The clock stands at noon, the last window ended at midnight.
  expect(await figure("tally_windows_lag_seconds")).toBe(12 * 3600);
  expect(await figure('tally_http_request_duration_seconds_count{method="POST",route="/v1/events",status="202"}')).toBe(
    1,
  );
  const { body } = await api.call("GET", "/metrics");
  expect(body).not.toContain("a-secret-account");
  expect(body).not.toContain("vm-1");
});

test("metrics tell of scheduled runs that are due, when one was last done, and of each failure", async () => {
  const { system, clock } = api;
  // The job runs at 00:15; it was never done, so only the last one counts as due.
  expect(await figure('tally_job_due_ticks{job_name="aggregate"}')).toBe(1);
  expect(await figure('tally_job_last_success_timestamp_seconds{job_name="aggregate"}')).toBeUndefined();
  await createTickLedger(system).done("aggregate", at("2026-09-29T00:15:00Z"));
  await createTickLedger(system).done("sanity-check", at("2026-10-02T03:15:00Z"));
  // Archiving is due at 04:30.
  await createTickLedger(system).done("archive", at("2026-10-01T04:30:00Z"));
  await system.jobHealth.failed("archive", { tick_at: at("2026-10-02T04:30:00Z"), error: new Error("no space left") });
  await system.jobHealth.failed("aggregate");
  expect(await figure('tally_job_last_success_timestamp_seconds{job_name="aggregate"}')).toBe(clock.now() / 1000);
  // 30 September, 1 and 2 October
  expect(await figure('tally_job_due_ticks{job_name="aggregate"}')).toBe(3);
  expect(await figure('tally_job_overdue{job_name="aggregate"}')).toBe(1);
  expect(await figure('tally_job_failures_total{job_name="aggregate"}')).toBe(1);
  expect((await api.call("GET", "/readyz", undefined, {})).json()).toEqual({
    ready: true,
    checks: { store: "answers", jobs: "overdue" },
    jobs: [
      {
        job: "aggregate",
        state: "overdue",
        last_tick_at: "2026-09-29T00:15:00.000Z",
        last_success_at: "2026-10-02T12:00:00.000Z",
        due_ticks: 3,
        oldest_due_at: "2026-09-30T00:15:00.000Z",
        failures_in_row: 1,
      },
      {
        job: "sanity-check",
        state: "on-time",
        last_tick_at: "2026-10-02T03:15:00.000Z",
        last_success_at: "2026-10-02T12:00:00.000Z",
        due_ticks: 0,
        oldest_due_at: null,
        failures_in_row: 0,
      },
      {
        job: "archive",
        state: "on-time",
        last_tick_at: "2026-10-01T04:30:00.000Z",
        last_success_at: "2026-10-02T12:00:00.000Z",
        due_ticks: 1,
        oldest_due_at: "2026-10-02T04:30:00.000Z",
        failures_in_row: 1,
      },
    ],
  });
  const { data } = (await api.call("GET", "/v1/jobs")).json<{
    data: { job: string; failures: { error: string }[] }[];
  }>();
  expect(data.find(({ job }) => job === "archive")?.failures).toMatchObject([{ error: "no space left" }]);
  await createTickLedger(system).done("aggregate", at("2026-10-02T00:15:00Z"));
  system.jobHealth.done("aggregate");
  expect(await figure('tally_job_overdue{job_name="aggregate"}')).toBe(0);
  expect(await figure('tally_job_failures_total{job_name="aggregate"}')).toBe(1);
});

test("metrics show the run that is going on: since when, how far, and until when its lease holds", async () => {
  const { runs } = api.system;
  const began = api.clock.now() / 1000;
  const run = await runs.begin("aggregate");
  await runs.beat(run, { what: "computing windows", done: 8, total: 32, unit: "windows" });
  expect(await figure('tally_run_progress_ratio{kind="aggregate"}')).toBe(0.25);
  expect(await figure('tally_run_began_timestamp_seconds{kind="aggregate"}')).toBe(began);
  // usage.job.lease is five minutes.
  expect(await figure('tally_run_lease_expires_timestamp_seconds{kind="aggregate"}')).toBe(began + 300);
  await runs.step(run, { state: "unchanged" });
  runs.end(run);
  expect(await figure('tally_run_progress_ratio{kind="aggregate"}')).toBeUndefined();
});

test("openapi.json is what the routes say", () => {
  const committed = readFileSync(new URL("../../api/openapi.json", import.meta.url), "utf8");
  expect(`${JSON.stringify(api.app.swagger(), null, 2)}\n`, "write it again with `npm run openapi`").toBe(committed);
});

test("every route has a name of its own, a summary, and an example of each answer that fits its schema", () => {
  const { openapi, paths } = document();
  expect(openapi).toBe("3.1.0");
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, operation })),
  );
  const names = operations.map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(operations.length);
  expect(names).not.toContain(undefined);
  for (const { at, operation } of operations) {
    expect(operation.summary, at).toBeTruthy();
    for (const [status, given] of Object.entries(operation.responses)) {
      const [content] = Object.values(resolve(document(), given)?.content ?? {});
      expect(content?.example, `${at} ${status}`).toBeDefined();
      expect(faults(document(), content?.schema ?? {}, content?.example), `${at} ${status}`).toEqual([]);
    }
  }
});

test("no schema of the API gives money or a quantity as a number", () => {
  const found: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    const { properties = {} } = value as { properties?: Record<string, { type?: string }> };
    for (const [name, { type }] of Object.entries(properties)) {
      if (type === "number" || (type === "integer" && /quantity|amount|rate$|price|^size|net|total|payable/.test(name)))
        found.push(`${path}.${name}`);
    }
    for (const [name, inner] of Object.entries(value)) visit(inner, `${path}.${name}`);
  };
  visit(document(), "");
  expect(found).toEqual([]);
});

test("the description has a page for people that loads nothing from elsewhere", async () => {
  const page = await api.app.inject({ method: "GET", url: "/docs/" });
  expect(page.statusCode).toBe(200);
  expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect((await api.call("GET", "/openapi.json", undefined, {})).json()).toEqual(document());
});

// Last: it takes the store away.
test("readiness tells the truth about the store, health about the process alone", async () => {
  expect((await api.call("GET", "/readyz", undefined, {})).json()).toMatchObject({
    ready: true,
    checks: { store: "answers" },
  });
  await api.system.store.read.close();
  const unready = await api.call("GET", "/readyz", undefined, {});
  expect([unready.statusCode, unready.json()]).toEqual([
    503,
    { ready: false, checks: { store: "failed", jobs: "unknown" }, jobs: [] },
  ]);
  expect((await api.call("GET", "/healthz", undefined, {})).json()).toEqual({ status: "alive" });
});
