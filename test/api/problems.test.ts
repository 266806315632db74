import { readdirSync, readFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { problems } from "../../core/errors.ts";
import { openTestApi, type TestApi } from "./test-api.ts";

const root = new URL("../..", import.meta.url).pathname;
const lines: string[] = [];
const stream = new Writable({
  write: (chunk: Buffer, _encoding, done) => {
    lines.push(chunk.toString());
    done();
  },
});
let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ log: pino({ level: "info" }, stream) });
});
afterAll(() => api.close());

const logged = (instance: string) =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ request_id }) => request_id === instance);

test("an address that is not there is a 404 in problem+json, logged at info under its instance", async () => {
  const answer = await api.call("GET", "/v1/nothing?token=secret");
  expect([answer.statusCode, answer.headers["content-type"]]).toEqual([404, "application/problem+json; charset=utf-8"]);
  const problem: { instance: string } = answer.json();
  expect(problem).toEqual({
    type: "/problems/not-found",
    title: problems["not-found"].title,
    status: 404,
    detail: "there is nothing at /v1/nothing",
    instance: answer.headers["x-request-id"],
  });
  expect(logged(problem.instance)).toMatchObject([{ level: 30, status: 404, msg: "request refused" }]);
});

test("what is no HTTP is answered in problem+json too, and a body of another encoding is a 415", async () => {
  await api.app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = api.app.server.address() as AddressInfo;
  const answer = await new Promise<string>((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write("BREW coffee\r\n\r\n"));
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*content-type: application\/problem\+json/i);
  expect(JSON.parse(answer.slice(answer.indexOf("{")))).toMatchObject({
    type: "/problems/unreadable-body",
    status: 400,
  });
  const packed = await api.app.inject({
    method: "POST",
    url: "/v1/events",
    headers: { authorization: `Bearer ${api.admin}`, "content-type": "application/json", "content-encoding": "gzip" },
    payload: "{}",
  });
  expect(packed.json()).toMatchObject({ status: 415, field: "content-encoding" });
});

test.each([
  ["DELETE", "/v1/events", "POST"],
  ["PATCH", "/v1/accounts/a%2Fb", "GET"],
  ["POST", "/healthz", "GET"],
  ["QUERY" as "PATCH", "/v1/events", "POST"],
] as const)("%s %s is a 405 that names %s", async (method, url, allowed) => {
  const answer = await api.call(method, url);
  expect(answer.statusCode).toBe(405);
  expect(answer.json()).toMatchObject({ type: "/problems/method-not-allowed" });
  expect(String(answer.headers["allow"]).split(", ")).toContain(allowed);
});

test.each([
  ["not JSON", "{", "application/json", 400, "unreadable-body"],
  ["nothing", "", "application/json", 400, "unreadable-body"],
  ["another type", "name=x", "application/x-www-form-urlencoded", 415, "unsupported-media-type"],
  ["too much", `{"name":"${"x".repeat(4 * 1024 * 1024)}"}`, "application/json", 413, "body-too-large"],
])("a body that is %s is refused as such", async (_why, body, type, status, key) => {
  const answer = await api.app.inject({
    method: "POST",
    url: "/v1/accounts",
    headers: { authorization: `Bearer ${api.admin}`, "content-type": type },
    payload: body,
  });
  expect(answer.statusCode, answer.body).toBe(status);
  expect(answer.json()).toMatchObject({ type: `/problems/${key}`, instance: answer.headers["x-request-id"] });
});

test.each([
  ["POST", "/v1/keys", { name: "x", role: "admin", password: "hunter2-in-clear" }, "password is given"],
  ["POST", "/v1/users", { account_id: "a", username: "u", pin: "hunter2-in-clear" }, "pin is given"],
  ["PUT", "/v1/accounts/a", { name: "x", more: { deep: "hunter2-in-clear" } }, "more is given"],
  ["GET", "/v1/accounts?apiKey=hunter2-in-clear", undefined, "apiKey is given"],
  ["GET", "/v1/audit?from=2026-10-01T00:00:00Z&token=hunter2-in-clear", undefined, "token is given"],
  ["POST", "/v1/session", { token: ["hunter2-in-clear"] }, "token is a list"],
  ["POST", "/v1/session", { username: "u", password: 77_123_987_001 }, "password is …"],
  ["PUT", "/v1/settings/billing.currency", '"hunter2-in-clear"', "the body is …"],
] as const)("%s %s with a secret out of place tells neither the caller nor the log what it was", async (...given) => {
  const [method, url, body, words] = given;
  const headers = { authorization: `Bearer ${api.admin}`, "content-type": "application/json" };
  const answer = await api.call(method, url, body, headers);
  expect(answer.json<{ detail: string }>().detail).toContain(words);
  expect(logged(answer.json<{ instance: string }>().instance)).toHaveLength(1);
  expect(answer.body + lines.join("")).not.toMatch(/hunter2|77123987001/);
});

test("a body whose sender goes away in its middle is the sender's doing, not a failure here", async () => {
  const { port } = api.app.server.address() as AddressInfo;
  const head =
    "POST /v1/events HTTP/1.1\r\nhost: a\r\nauthorization: Bearer test-admin-token\r\ncontent-type: application/json";
  const before = lines.length;
  const socket = connect(port, "127.0.0.1", () => {
    socket.write(`${head}\r\ncontent-length: 1000\r\n\r\n[`, () => setTimeout(() => socket.destroy(), 100));
  });
  await vi.waitUntil(() => lines.length > before, 5000);
  const told = lines.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told).toMatchObject([{ level: 30, status: 400, problem: "/problems/unreadable-body" }]);
});

test("an address that cannot be decoded is a 400", async () => {
  const answer = await api.app.inject({
    method: "GET",
    url: "/v1/runs/%E0%A4%A",
    headers: { authorization: `Bearer ${api.admin}` },
  });
  expect([answer.statusCode, answer.headers["content-type"]]).toEqual([400, "application/problem+json; charset=utf-8"]);
});

// Last: it takes the store away.
test("a fault of ours tells the caller nothing and the log everything", async () => {
  await api.system.store.read.close();
  const answer = await api.call("GET", "/v1/rate-cards");
  expect(answer.statusCode).toBe(500);
  const problem: { instance: string } = answer.json();
  expect(problem).toMatchObject({ type: "/problems/internal", detail: "The cause is in the server's log." });
  const [line] = logged(problem.instance);
  expect(line).toMatchObject({ level: 50, msg: "request failed" });
  expect(line?.["err"]).toBeDefined();
  expect(JSON.stringify(lines)).not.toContain(api.admin);
});

test("every problem of the catalogue is thrown somewhere and documented", () => {
  const files = ["core", "ingest", "aggregate", "rating", "api"].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(`${root}${folder}/${file}`, "utf8")),
  );
  const guide = readFileSync(`${root}api/README.md`, "utf8");
  const missing = Object.keys(problems).filter((key) => {
    const isThrown = files.some((text) =>
      new RegExp(`AppError\\(\\s*"${key}"|(_\\w+: |key: |\\? |: )"${key}"`).test(text),
    );
    return !isThrown || !guide.includes(`| \`${key}\` |`);
  });
  expect(missing).toEqual([]);
});
