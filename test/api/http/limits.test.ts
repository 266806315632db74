// What one request may cost, on a real server: sockets that are slow, headers that are long, bodies that are deep.
import { type AddressInfo, connect } from "node:net";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApp } from "../../../api/app.ts";
import { httpLimits } from "../../../api/http/limits.ts";
import { silentLog } from "../../../core/log.ts";
import { signedQuery } from "../cloudstack/asking.ts";
import { event, openTestApi, type TestApi } from "../test-api.ts";
import { dribble, speak } from "./speak.ts";

let api: TestApi;
let app: FastifyInstance;
let port: number;
beforeAll(async () => {
  api = await openTestApi();
  await api.system.settings.set("api.requests.caller", "40", "test");
  await api.system.settings.set("api.requests.address", "60", "test");
  const limits = { ...httpLimits, receive_ms: 700, headers_ms: 500, look_ms: 100 };
  app = await buildApp(api.system, { log: silentLog, limits });
  await app.listen({ port: 0, host: "127.0.0.1" });
  ({ port } = app.server.address() as AddressInfo);
});
afterAll(async () => {
  await app.close();
  await api.close();
});

const problemOf = (text: string): { status: number; type: string } =>
  JSON.parse(text.slice(text.indexOf("\r\n\r\n{") + 4)) as { status: number; type: string };
const ask = (url: string, headers: Record<string, string> = {}) => fetch(`http://127.0.0.1:${port}${url}`, { headers });
const bearer = () => ({ authorization: `Bearer ${api.admin}` });

test("headers that do not come to an end are given up", async () => {
  const said = await speak(port, (socket) => socket.write("GET /v1/accounts HTTP/1.1\r\nhost: x\r\n"));
  expect(said).toMatch(/^HTTP\/1\.1 408 /);
  expect(problemOf(said)).toMatchObject({ status: 408, type: "/problems/request-timeout" });
  expect(said).toContain("x-content-type-options: nosniff");
});

test("a body that trickles in is given up", async () => {
  const head = ["POST /v1/accounts HTTP/1.1", "host: x", ...Object.entries(bearer()).map((pair) => pair.join(": "))];
  const said = await dribble(
    port,
    `${[...head, "content-type: application/json", "content-length: 1000"].join("\r\n")}\r\n\r\n{`,
  );
  expect(said).toMatch(/^HTTP\/1\.1 408 /);
  expect(problemOf(said)).toMatchObject({ type: "/problems/request-timeout" });
});

test("headers above 16 KiB are refused as such", async () => {
  const said = await speak(port, (socket) =>
    socket.write(`GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: ${"x".repeat(20_000)}\r\n\r\n`),
  );
  expect(said).toMatch(/^HTTP\/1\.1 431 /);
  expect(problemOf(said)).toMatchObject({ type: "/problems/headers-too-large" });
});

test("a request with two lengths, or a length and chunks, is no request: nothing is smuggled behind it", async () => {
  for (const lengths of ["content-length: 5\r\ncontent-length: 6", "content-length: 5\r\ntransfer-encoding: chunked"]) {
    const said = await speak(port, (socket) =>
      socket.write(`POST /v1/accounts HTTP/1.1\r\nhost: x\r\n${lengths}\r\n\r\n0\r\n\r\n`),
    );
    expect(said).toMatch(/^HTTP\/1\.1 400 /);
    expect(said.match(/HTTP\/1\.1/g)).toHaveLength(1);
  }
});

test("JSON deeper than 64 levels is refused, at 64 it is read, and brackets inside text do not count", async () => {
  const nest = (levels: number): string => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
  const post = (payload: string) =>
    app.inject({
      method: "POST",
      url: "/v1/accounts",
      headers: { ...bearer(), "content-type": "application/json" },
      payload,
    });
  const deep = await post(nest(65));
  expect([deep.statusCode, deep.json<{ detail: string }>().detail]).toEqual([
    400,
    "the body nests deeper than 64 levels, the limit here",
  ]);
  expect((await post(nest(64))).json()).toMatchObject({ type: "/problems/invalid-request" });
  expect((await post(nest(100_000))).json()).toMatchObject({ type: "/problems/unreadable-body" });
  const text = await post(JSON.stringify({ account_id: `\\"${"[".repeat(200)}` }));
  expect(text.statusCode).toBe(201);
  const prototype = await post('{"__proto__":{"x":1}}');
  expect(prototype.json()).toMatchObject({ status: 400, type: "/problems/unreadable-body" });
});

test("an event that is nested too deep is refused by itself, and costs the others nothing", async () => {
  const deep = (id: string, levels: number) =>
    `{"specversion":"1.0","id":"${id}","source":"cloud","type":"VM.START","time":"2026-10-01T00:00:00Z","data":{"account_id":"a","resource":"r","details":{"x":${"[".repeat(levels)}${"]".repeat(levels)}}}}`;
  const good = JSON.stringify(event("deep-3", "VM.CREATE", "2026-10-01T00:00:00Z"));
  const payload = `[${deep("deep-1", 100)},${deep("deep-2", 100_000)},${good}]`;
  const headers = { ...bearer(), "content-type": "application/json" };
  const answer = await app.inject({ method: "POST", url: "/v1/events", headers, payload });
  expect(answer.json()).toMatchObject({ accepted: 1, rejected: [{ index: 0 }, { index: 1 }] });
});

test("an answer that takes too long is a 503 that says so", async () => {
  const hasty = await buildApp(api.system, { log: silentLog, limits: { ...httpLimits, answer_ms: 1 } });
  const answer = await hasty.inject({ method: "GET", url: "/v1/usage-types", headers: bearer() });
  expect([answer.statusCode, answer.json<{ type: string }>().type]).toEqual([503, "/problems/answer-timeout"]);
  await hasty.close();
});

test("who takes nothing of an answer loses the connection, who takes his time has all of it", async () => {
  const [bytes, reading_ms] = [32 * 1024 * 1024, 400];
  const patient = await buildApp(api.system, { log: silentLog, limits: { ...httpLimits, reading_ms } });
  const ended: number[] = [];
  patient.get("/long", async (_request, reply) => {
    const began = performance.now();
    reply.raw.on("close", () => ended.push(performance.now() - began));
    return reply.send(Readable.from(Array.from({ length: 32 }, () => Buffer.alloc(bytes / 32))));
  });
  const url = await patient.listen({ port: 0, host: "127.0.0.1" });
  const idle = connect(Number(new URL(url).port), "127.0.0.1").pause();
  idle.write("GET /long HTTP/1.1\r\nhost: x\r\n\r\n");
  let read = 0;
  for await (const chunk of (await fetch(`${url}/long`)).body ?? []) {
    read += (chunk as Uint8Array).length;
    if (read < bytes / 4) await setTimeout(reading_ms / 40);
  }
  expect(read).toBe(bytes);
  await expect.poll(() => ended.length, { timeout: 20 * reading_ms }).toBe(2);
  expect(Math.min(...ended)).toBeGreaterThanOrEqual(reading_ms);
  idle.destroy();
  await patient.close();
});

test("every answer tells a browser to load and run what is ours alone", async () => {
  for (const url of ["/healthz", "/v1/nothing", "/openapi.json"]) {
    const { headers } = await ask(url);
    expect(headers.get("content-security-policy")).toMatch(/default-src 'none';script-src 'self';style-src 'self'/);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("x-powered-by")).toBeNull();
  }
});

// Last: they use up what this address may ask.
test("a caller that asks too often is told until when to wait, another is not held up", async () => {
  const other = await api.tokenOf("auditor");
  const asked: Response[] = [];
  for (let n = 0; n < 41; n += 1)
    asked.push(await ask("/v1/settings/billing.currency", { authorization: `Bearer ${other}` }));
  const limited = asked.filter(({ status }) => status === 429);
  expect([
    asked[0]?.status,
    asked[0]?.headers.get("ratelimit-limit"),
    asked[0]?.headers.get("ratelimit-remaining"),
  ]).toEqual([200, "40", "39"]);
  expect(limited).toHaveLength(1);
  const [refused] = limited;
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(Number(refused?.headers.get("ratelimit-reset"))).toBeGreaterThan(0);
  expect(await refused?.json()).toMatchObject({ type: "/problems/too-many-requests", status: 429 });
  expect((await ask("/v1/settings/billing.currency", bearer())).status).toBe(200);
});

test("a key that signs is held up as one that is a token, in CloudStack's words and the form it asked for", async () => {
  const { key, secret_key: secretKey } = await api.system.keys.create(
    { name: "signs", role: "auditor" },
    { by: "test" },
  );
  const query = signedQuery({ command: "listCapabilities", response: "json" }, { apiKey: key.key_id, secretKey });
  const answers: number[] = [];
  let last = "";
  for (let n = 0; n < 41; n += 1) {
    const answer = await app.inject({ method: "GET", url: `/client/api?${query}`, remoteAddress: "192.0.2.9" });
    answers.push(answer.statusCode);
    last = answer.body;
  }
  expect([answers.indexOf(429), answers.length]).toEqual([40, 41]);
  expect(JSON.parse(last)).toMatchObject({ listcapabilitiesresponse: { errorcode: 429 } });
});

test("an address is held up before anyone is known, whatever it calls itself; health, metrics and events are not", async () => {
  const guesses: number[] = [];
  for (let n = 0; n < 61; n += 1)
    guesses.push((await ask("/v1/keys", { authorization: "Bearer guess", "x-forwarded-for": `10.0.0.${n}` })).status);
  expect(guesses).toContain(429);
  expect(guesses.at(-1)).toBe(429);
  for (const url of ["/healthz", "/readyz"]) expect((await ask(url)).status).toBe(200);
  expect((await ask("/metrics", bearer())).status).toBe(200);
  const events = await fetch(`http://127.0.0.1:${port}/v1/events`, {
    method: "POST",
    headers: { ...bearer(), "content-type": "application/json" },
    body: "[]",
  });
  expect(events.status).toBe(202);
});
