// Idempotency-Key: the same request with the same key is done once.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApp } from "../../../api/app.ts";
import { silentLog } from "../../../core/log.ts";
import { event, openTestApi, type TestApi } from "../test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const withKey = (key: string, token = api.admin) => ({ authorization: `Bearer ${token}`, "idempotency-key": key });
const keyNames = async (): Promise<string[]> =>
  (await api.call("GET", "/v1/keys")).json<{ data: { name: string }[] }>().data.map(({ name }) => name);

test("the same key and body get the stored answer again, headers and all, and nothing is done twice", async () => {
  const body = { name: "once", role: "auditor" };
  const first = await api.call("POST", "/v1/keys", body, withKey("k-1"));
  const again = await api.call("POST", "/v1/keys", body, withKey("k-1"));
  expect([first.statusCode, again.statusCode]).toEqual([201, 201]);
  expect(again.json()).toEqual(first.json());
  expect(again.headers["content-type"]).toBe(first.headers["content-type"]);
  expect(again.headers["location"]).toBe(first.headers["location"]);
  expect([first.headers["idempotency-replayed"], again.headers["idempotency-replayed"]]).toEqual([undefined, "true"]);
  expect((await keyNames()).filter((name) => name === "once")).toHaveLength(1);
});

test("without a key, and with another one, it is done again", async () => {
  const body = { name: "twice", role: "auditor" };
  await api.call("POST", "/v1/keys", body);
  await api.call("POST", "/v1/keys", body);
  await api.call("POST", "/v1/keys", body, withKey("k-other"));
  expect((await keyNames()).filter((name) => name === "twice")).toHaveLength(3);
});

test("the same key with another body, or at another address, is refused", async () => {
  await api.call("POST", "/v1/accounts", { account_id: "idem-1" }, withKey("k-2"));
  for (const [url, body] of [
    ["/v1/accounts", { account_id: "idem-2" }],
    ["/v1/keys", { name: "x", role: "auditor" }],
  ] as const) {
    const refused = await api.call("POST", url, body, withKey("k-2"));
    expect([refused.statusCode, refused.json<{ type: string }>().type]).toEqual([
      422,
      "/problems/idempotency-key-reused",
    ]);
  }
  expect((await api.call("GET", "/v1/accounts/idem-2")).statusCode).toBe(404);
});

test("of two at the same instant one is done, and the other told to wait or given its answer", async () => {
  const send = () => api.call("POST", "/v1/keys", { name: "at once", role: "auditor" }, withKey("k-3"));
  const answers = await Promise.all(Array.from({ length: 8 }, send));
  const made = answers.filter(({ statusCode }) => statusCode === 201);
  expect(made.filter(({ headers }) => headers["idempotency-replayed"] === undefined)).toHaveLength(1);
  for (const answer of answers.filter(({ statusCode }) => statusCode !== 201)) {
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([409, "1"]);
    expect(answer.json()).toMatchObject({ type: "/problems/idempotency-key-in-use", field: "idempotency-key" });
  }
  expect((await keyNames()).filter((name) => name === "at once")).toHaveLength(1);
  expect((await send()).headers["idempotency-replayed"]).toBe("true");
});

test("a key is its caller's own: another caller's same key is another key", async () => {
  const finance = await api.tokenOf("finance");
  const mine = await api.call("POST", "/v1/accounts", { account_id: "idem-a" }, withKey("shared"));
  const theirs = await api.call("POST", "/v1/accounts", { account_id: "idem-b" }, withKey("shared", finance));
  expect([mine.json(), theirs.json()]).toMatchObject([{ account_id: "idem-a" }, { account_id: "idem-b" }]);
});

test("what the state of the moment refused is asked anew; what is wrong in itself is refused again", async () => {
  const body = { account_id: "idem-c", payer_account_id: "idem-payer" };
  const before = await api.call("POST", "/v1/accounts", body, withKey("k-4"));
  expect(before.statusCode).toBeGreaterThanOrEqual(400);
  await api.call("POST", "/v1/accounts", { account_id: "idem-d" });
  const taken = await api.call("POST", "/v1/accounts", { account_id: "idem-d" }, withKey("k-5"));
  const still = await api.call("POST", "/v1/accounts", { account_id: "idem-d" }, withKey("k-5"));
  expect([taken, still].map((answer) => [answer.statusCode, answer.headers["idempotency-replayed"]])).toEqual([
    [409, undefined],
    [409, undefined],
  ]);
});

test("an answer outlives the process that gave it, but not its day", async () => {
  const body = { name: "lasting", role: "auditor" };
  const first = await api.call("POST", "/v1/keys", body, withKey("k-6"));
  const other = await buildApp(api.system, { log: silentLog });
  const post = () => other.inject({ method: "POST", url: "/v1/keys", headers: withKey("k-6"), payload: body });
  expect((await post()).json()).toEqual(first.json());
  api.clock.advance(24 * 3_600_000 - 1_000);
  expect((await post()).headers["idempotency-replayed"]).toBe("true");
  api.clock.advance(2_000);
  const late = await post();
  expect([late.statusCode, late.headers["idempotency-replayed"]]).toEqual([201, undefined]);
  expect((await keyNames()).filter((name) => name === "lasting")).toHaveLength(2);
  await other.close();
});

test("neither the key nor what an answer told stands in the store", async () => {
  const made = await api.call("POST", "/v1/keys", { name: "secret", role: "auditor" }, withKey("my-own-secret-key"));
  const result = await api.system.store.read.query({ query: "SELECT * FROM kept_answer", format: "JSONEachRow" });
  const text = await result.text();
  expect(text).toContain("request_id");
  expect(text).not.toContain("my-own-secret-key");
  expect(text).not.toContain(made.json<{ token: string }>().token);
});

test("events take no key: they count once by their ids", async () => {
  const one = event("i1", "VM.CREATE", "2026-10-02T06:00:00Z");
  const headers = { ...withKey("k-7"), "content-type": "application/json" };
  expect((await api.call("POST", "/v1/events", [one], headers)).json()).toMatchObject({ accepted: 1 });
  expect((await api.call("POST", "/v1/events", [one], headers)).json()).toMatchObject({ accepted: 0, duplicates: 1 });
});

test("every POST but those of events, of signing in and of CloudStack's API says in the description that it takes a key", () => {
  interface Operation {
    readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  }
  const text = readFileSync(new URL("../../../api/openapi.json", import.meta.url), "utf8");
  const { paths } = JSON.parse(text) as { paths: Record<string, { post?: Operation }> };
  const without = Object.entries(paths).flatMap(([path, { post }]) => {
    if (post === undefined) return [];
    return post.parameters?.some(({ name, in: where }) => name === "idempotency-key" && where === "header")
      ? []
      : [path];
  });
  expect(without.toSorted()).toEqual(["/client/api", "/v1/events", "/v1/events/check", "/v1/session"]);
});
