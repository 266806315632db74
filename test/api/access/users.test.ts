import { afterAll, beforeAll, expect, test } from "vitest";
import { callerOfSession } from "../../../api/access/caller.ts";
import { createSessions } from "../../../api/access/sessions.ts";
import type { User } from "../../../api/access/user.ts";
import { openTestApi, type TestApi } from "../test-api.ts";

let api: TestApi;
let jan: User;
const password = "correct horse battery";
const by = "test";

beforeAll(async () => {
  api = await openTestApi();
  await api.call("PUT", "/v1/accounts/acme-id", { domain: "ROOT/acme" });
  await api.call("PUT", "/v1/accounts/other-id", { domain: "ROOT/other" });
  jan = (await api.call("POST", "/v1/users", { account_id: "acme-id", username: "jan" })).json();
  await api.call("PUT", `/v1/users/${jan.user_id}/password`, { password });
});
afterAll(() => api.close());

const login = (body: object, headers: Record<string, string> = {}) => api.call("POST", "/v1/session", body, headers);
const signIn = async (body: object = { domain: "ROOT/acme", username: "jan", password }) => {
  const answer = await login(body);
  expect(answer.statusCode, answer.body).toBe(201);
  return String(answer.headers["set-cookie"]).split(";")[0] as string;
};
const whoIs = async (cookie: string, headers: Record<string, string> = {}) =>
  (await api.call("GET", "/v1/session", undefined, { cookie, ...headers })).statusCode;

test("a user signs in with domain, name and password, and is that account's alone", async () => {
  const answer = await login({ domain: "ROOT/acme", username: "jan", password });
  expect(answer.json()).toMatchObject({
    id: jan.user_id,
    name: "jan",
    role: "account",
    account_id: "acme-id",
    domain: null,
  });
  expect([answer.headers["set-cookie"]].flat()).toEqual([
    expect.stringMatching(/^tally=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/),
    expect.stringMatching(/^tally-known=[^;]{43,}; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Lax$/),
  ]);
});

test.each([
  ["another password", { domain: "ROOT/acme", username: "jan", password: "correct horse batterY" }],
  ["another domain", { domain: "ROOT/other", username: "jan", password }],
  ["nobody", { domain: "ROOT/acme", username: "piet", password }],
  ["an empty password", { domain: "ROOT/acme", username: "jan", password: "" }],
  ["a token of nobody", { token: "tally_nobody" }],
])("%s is refused, and no cookie is set", async (_who, body) => {
  const answer = await login(body);
  expect(answer.statusCode).toBe(401);
  expect(answer.headers["set-cookie"]).toBeUndefined();
});

test("who has no password is refused as one who does not exist is, and as slowly", async () => {
  const none = await api.system.users.put({ account_id: "acme-id", username: "without" }, { by });
  const given = { domain: "ROOT/acme", password: "" };
  expect(await api.system.users.verify({ ...given, username: none.username })).toBeNull();
  const timed = async (username: string) => {
    const begun = performance.now();
    await api.system.users.verify({ domain: "ROOT/acme", username, password: "wrong password" });
    return performance.now() - begun;
  };
  const [known, unknown] = [await timed("jan"), await timed("nobody at all")];
  expect(unknown).toBeGreaterThan(known / 4);
});

test("the password is kept as scrypt with a salt of its own", async () => {
  await api.system.users.setPassword(jan.user_id, password, { by });
  const result = await api.system.store.read.query({ query: "SELECT * FROM access_user", format: "JSONEachRow" });
  const text = await result.text();
  expect(text).not.toContain(password);
  const kept = [...text.matchAll(/scrypt\$15\$8\$1\$[\w-]{22}\$[\w-]{43}/g)].map(([found]) => found);
  expect(kept).toHaveLength(2);
  expect(new Set(kept).size).toBe(2);
});

test("signing out ends the session, and a cookie of another kind opens nothing", async () => {
  const cookie = await signIn();
  expect(await whoIs(cookie)).toBe(200);
  const out = await api.call("DELETE", "/v1/session", undefined, {
    cookie,
    origin: "http://localhost:80",
    host: "localhost:80",
  });
  expect(out.statusCode, out.body).toBe(200);
  expect(await whoIs(cookie)).toBe(401);
  const { token } = await api.system.sessions.open({ kind: "client-api", user_id: jan.user_id, address: "" });
  expect(await whoIs(`tally=${token}`)).toBe(401);
  const found = await callerOfSession(api.system, token, { kind: "client-api", address: "127.0.0.1" });
  expect(found).toMatchObject({ caller: { account_id: "acme-id" } });
});

test("a session ends an hour after the last request, twelve hours after it began, and with its password", async () => {
  const idle = await signIn();
  api.clock.advance(59 * 60_000);
  expect(await whoIs(idle)).toBe(200);
  api.clock.advance(59 * 60_000);
  expect(await whoIs(idle)).toBe(200);
  api.clock.advance(60 * 60_000);
  expect(await whoIs(idle)).toBe(401);
  const long = await signIn();
  for (let half = 1; half < 24; half += 1) {
    api.clock.advance(30 * 60_000);
    expect(await whoIs(long), `${half / 2} h`).toBe(200);
  }
  api.clock.advance(30 * 60_000);
  expect(await whoIs(long)).toBe(401);
  const former = await signIn();
  api.clock.advance(1);
  await api.call("PUT", `/v1/users/${jan.user_id}/password`, { password });
  expect(await whoIs(former)).toBe(401);
});

test("a session survives a restart, and one ended elsewhere is refused five seconds later at the latest", async () => {
  const cookie = await signIn();
  const token = cookie.slice("tally=".length);
  const elsewhere = createSessions(api.system);
  expect(await elsewhere.find(token, "dashboard")).toMatchObject({ user_id: jan.user_id });
  expect(await elsewhere.end(token, "dashboard")).toBe(true);
  api.clock.advance(5001);
  expect(await whoIs(cookie)).toBe(401);
});

test("a session opened by a key ends with the key, and a disabled user's with the user", async () => {
  const { key, token } = await api.system.keys.create({ name: "k", role: "auditor" }, { by });
  const cookie = await signIn({ token });
  expect(await whoIs(cookie)).toBe(200);
  await api.system.keys.revoke(key.key_id, { by });
  expect(await whoIs(cookie)).toBe(401);
  const users = await signIn();
  await api.call("PUT", `/v1/users/${jan.user_id}`, { state: "disabled" });
  expect(await whoIs(users)).toBe(401);
  await api.call("PUT", `/v1/users/${jan.user_id}`, { state: "active" });
});

test("what changes something has to come from a page of ours", async () => {
  const { token } = await api.system.keys.create({ name: "boss", role: "admin" }, { by });
  const cookie = await signIn({ token });
  const put = async (headers: Record<string, string>) =>
    (await api.call("PUT", "/v1/accounts/acme-id", {}, { cookie, host: "bills.example", ...headers })).statusCode;
  expect(await put({})).toBe(403);
  expect(await put({ origin: "https://evil.example" })).toBe(403);
  expect(await put({ origin: "null" })).toBe(403);
  expect(await put({ "sec-fetch-site": "cross-site", origin: "http://bills.example" })).toBe(403);
  expect(await put({ "sec-fetch-site": "same-site" })).toBe(403);
  expect(await put({ "sec-fetch-site": "same-origin" })).toBe(200);
  expect(await put({ origin: "http://bills.example" })).toBe(200);
  expect(await whoIs(cookie, { "sec-fetch-site": "cross-site" }), "reading changes nothing").toBe(200);
  expect((await login({ token }, { origin: "https://evil.example" })).statusCode, "nor may it sign in").toBe(403);
});

test("names are unique in a domain, and what is wrong is named", async () => {
  const put = async (body: object) => (await api.call("POST", "/v1/users", body)).json<Record<string, unknown>>();
  expect(await put({ account_id: "acme-id", username: "jan" })).toMatchObject({ status: 409, field: "username" });
  expect(await put({ account_id: "other-id", username: "jan" })).toMatchObject({ domain: "ROOT/other", version: "1" });
  expect(await put({ account_id: "none", username: "x" })).toMatchObject({ status: 400, field: "account_id" });
  expect(await put({ account_id: "acme-id", username: "a b" })).toMatchObject({ status: 400, field: "username" });
  expect(await put({ account_id: "acme-id", username: "x", role: "producer" })).toMatchObject({
    status: 400,
    field: "role",
  });
  const short = await api.call("PUT", `/v1/users/${jan.user_id}/password`, { password: "short" });
  expect(short.json()).toMatchObject({ status: 400, field: "password" });
  expect(short.body).not.toContain('"short"');
});

test("a key for a user has the user's role as it stands", async () => {
  const { token, key } = await api.system.keys.create({ name: "jan's", user_id: jan.user_id }, { by });
  const ask = async () =>
    (await api.call("GET", "/v1/session", undefined, { authorization: `Bearer ${token}` })).json<object>();
  expect(await ask()).toMatchObject({ id: key.key_id, role: "account", account_id: "acme-id", user_id: jan.user_id });
  await api.system.users.put({ user_id: jan.user_id, role: "domain-admin" }, { by });
  expect(await ask()).toMatchObject({ role: "domain-admin", domain: "ROOT/acme", account_id: null });
  await api.system.users.put({ user_id: jan.user_id, state: "deleted" }, { by });
  expect(await ask()).toMatchObject({ status: 401 });
});
