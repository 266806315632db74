// Spans as an operator's SDK gets them, and the lines of the log that are of a request.
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createLog } from "../../../core/log.ts";
import { at } from "../../at.ts";
import { smallCard } from "../../e2e/small-cloud.ts";
import { event, openTestApi, type TestApi } from "../test-api.ts";

const exporter = new InMemorySpanExporter();
const lines: string[] = [];
const admin = "an-admin-token-that-nobody-may-read";
let api: TestApi;

beforeAll(async () => {
  // What @opentelemetry/sdk-node does when it is imported: a provider, a context manager and the W3C header.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  propagation.setGlobalPropagator({
    inject: () => undefined,
    extract: (within, carrier) => {
      const given = (carrier as Record<string, string | undefined>)["traceparent"]?.split("-");
      if (given === undefined) return within;
      const [, traceId = "", spanId = ""] = given;
      return trace.setSpanContext(within, { traceId, spanId, traceFlags: 1, isRemote: true });
    },
    fields: () => ["traceparent"],
  });
  const log = createLog("info", { write: (line) => void lines.push(line) });
  api = await openTestApi({ now: at("2026-11-05T00:00:00Z"), log, given: admin });
});
afterAll(async () => {
  await api.close();
  trace.disable();
  context.disable();
  propagation.disable();
});
beforeEach(() => {
  exporter.reset();
  lines.length = 0;
});

const headers = (more: Record<string, string> = {}) => ({ authorization: `Bearer ${admin}`, ...more });
const spans = (name: RegExp): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => name.test(span.name));
const only = (name: RegExp): ReadableSpan => {
  const [span, ...others] = spans(name);
  expect(others, `${name} is there once`).toEqual([]);
  return span!;
};
const logged = (message: string): Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message);

test("a request is a span under its caller's, an ingest batch one within it, with what became of the messages", async () => {
  const [trace_id, caller] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
  const first = event("t1", "VM.START", "2026-10-01T06:00:00Z", { account_id: "account-1", offering: "small" });
  const answer = await api.call("POST", "/v1/events", [first, first, { ...first, id: "t2", type: "VM.EXPLODE" }], {
    ...headers({ traceparent: `00-${trace_id}-${caller}-01`, "x-request-id": "from-the-sender:1" }),
  });
  expect(answer.headers["x-request-id"]).toBe("from-the-sender:1");
  const request = only(/^POST \/v1\/events$/);
  expect(request.spanContext().traceId).toBe(trace_id);
  expect(request.parentSpanContext?.spanId).toBe(caller);
  expect(request.attributes).toMatchObject({
    "http.request.method": "POST",
    "http.route": "/v1/events",
    "http.response.status_code": 202,
    "tally.request.id": "from-the-sender:1",
  });
  const batch = only(/^ingest batch$/);
  expect(batch.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
  expect(batch.attributes).toMatchObject({
    "tally.ingest.accepted": 1,
    "tally.ingest.duplicates": 1,
    "tally.ingest.quarantined": 1,
  });
});

test("a run is a span of the request that began it, with its windows, steps and statements within; its log lines bear both ids", async () => {
  await api.call("POST", "/v1/runs", { kind: "aggregate", wait: 60 }, headers({ "x-request-id": "run-it" }));
  const request = only(/^POST \/v1\/runs$/);
  const run = only(/^run aggregate$/);
  expect(run.spanContext().traceId).toBe(request.spanContext().traceId);
  expect(run.attributes["tally.run.id"]).toMatch(/^run_/);
  const windows = only(/^windows$/);
  expect(windows.parentSpanContext?.spanId).toBe(run.spanContext().spanId);
  expect(windows.attributes).toMatchObject({ "tally.windows": 35 });
  expect(only(/^step computing windows$/).parentSpanContext?.spanId).toBe(run.spanContext().spanId);
  const statements = spans(/^sql aggregate\//).filter(
    ({ parentSpanContext }) => parentSpanContext?.spanId === windows.spanContext().spanId,
  );
  expect(statements.length).toBeGreaterThan(3);
  const [done] = logged("aggregation done");
  expect(done).toMatchObject({ request_id: "run-it", trace_id: run.spanContext().traceId });
  expect(logged("change answered")[0]).toMatchObject({ request_id: "run-it", route: "/v1/runs", method: "POST" });
});

test("rating, an export, a document and what fails are spans too; none holds a name, a value or a message", async () => {
  await api.call("PUT", "/v1/rate-cards/default", smallCard);
  await api.call("POST", "/v1/runs", { kind: "rate", period: "2026-10", wait: 60 });
  expect(spans(/^step /).map(({ name }) => name)).toContain("step pricing records");
  const body = { kind: "usage", period: "2026-10", format: "csv" };
  const begun = (await api.call("POST", "/v1/exports", body)).json<{ id: string }>();
  await expect
    .poll(async () => (await api.call("GET", `/v1/exports/${begun.id}`)).json<{ state: string }>().state, {
      timeout: 30_000,
    })
    .toBe("complete");
  expect(only(/^export$/).attributes).toMatchObject({ "tally.export.id": begun.id, "tally.export.kind": "usage" });
  const { data } = (await api.call("GET", "/v1/statements?period=2026-10")).json<{ data: { id: string }[] }>();
  await api.call("GET", `/v1/statements/${data[0]?.id ?? ""}?format=csv`);
  expect(only(/^statement document$/).attributes).toMatchObject({ "tally.document.format": "csv" });
  await api.call("GET", "/v1/accounts/account-that-is-nobody");
  expect(only(/^GET \/v1\/accounts\/:id$/).attributes).toMatchObject({
    "error.type": "not-found",
    "http.response.status_code": 404,
  });
  const told = JSON.stringify(
    exporter.getFinishedSpans().map(({ name, attributes, events }) => [name, attributes, events]),
  );
  for (const hidden of ["account-1", "account-that-is-nobody", "vm-1", admin]) expect(told).not.toContain(hidden);
});

test("an id that no log should hold is replaced; the answer, the problem and the log have the same one", async () => {
  for (const given of ["a b", "x".repeat(65), '"}\n{"level":60', "\u00e9"]) {
    const refused = await api.app.inject({ method: "GET", url: "/v1/runs", headers: { "x-request-id": given } });
    const id = refused.headers["x-request-id"];
    expect(id).toMatch(/^req_[0-9a-f]{20}$/);
    expect(refused.json()).toMatchObject({ status: 401, instance: id });
    expect(logged("request refused").at(-1)).toMatchObject({ request_id: id });
  }
  const kept = await api.app.inject({ method: "GET", url: "/v1/nothing", headers: { "x-request-id": "kept-1" } });
  expect([kept.headers["x-request-id"], kept.json<{ instance: string }>().instance]).toEqual(["kept-1", "kept-1"]);
});

test("no secret is in a log: tokens, passwords in addresses, those of errors and of their causes", () => {
  const log = createLog("info", { write: (line) => void lines.push(line) });
  const cause = new Error("connect to kafka://user:hidden-1@broker failed");
  const err = Object.assign(new Error("redis://:hidden-2@host:6379 is away", { cause }), { password: "hidden-3" });
  const facts = { token: "hidden-4", authorization: "Bearer hidden-5", config: { smtp_url: "smtp://a:hidden-6@b" } };
  log.error({ err, ...facts, secret_key: "hidden-7", key: { secret_key: "hidden-8", password: "hidden-9" } }, "said");
  const [said = ""] = lines;
  expect(JSON.parse(said)).toMatchObject({ msg: "said", err: { type: "Error" } });
  expect(said).not.toContain("hidden");
  expect(said).toContain("redis://…@host:6379 is away");
});
