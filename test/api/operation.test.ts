// Health, metrics and the description of the API.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
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
  expect((await api.call("GET", "/readyz", undefined, {})).json()).toEqual({
    ready: true,
    checks: { store: "answers" },
  });
  await api.system.store.read.close();
  const unready = await api.call("GET", "/readyz", undefined, {});
  expect([unready.statusCode, unready.json()]).toEqual([503, { ready: false, checks: { store: "failed" } }]);
  expect((await api.call("GET", "/healthz", undefined, {})).json()).toEqual({ status: "alive" });
});
