import { afterAll, beforeAll, expect, test } from "vitest";
import { createKeys, ensureAdminToken } from "../../../api/access/keys.ts";
import { allRoles, type Role } from "../../../api/access/roles.ts";
import { mayUse, routeRules } from "../../../api/access/rules.ts";
import type { Document } from "../check-answer.ts";
import { openTestApi, type TestApi } from "../test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ given: null });
});
afterAll(() => api.close());

const open = ["/healthz", "/readyz", "/openapi.json"];

test("the first start makes an admin token, the next one does not, and only its hash is kept", async () => {
  expect(api.admin).toMatch(/^tally_[\w-]{43}$/);
  expect(await ensureAdminToken(api.system.keys, null)).toBeNull();
  const result = await api.system.store.read.query({ query: "SELECT * FROM api_key", format: "JSONEachRow" });
  expect(await result.text()).not.toContain(api.admin.slice("tally_".length));
});

test("every route but health and the description asks for a token", async () => {
  const { paths } = api.app.swagger() as unknown as Document;
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => [method.toUpperCase(), path] as const),
  );
  expect(routes.length).toBeGreaterThan(25);
  for (const [method, path] of routes) {
    if (path === "/v1/session" && method === "POST") continue;
    const { statusCode, headers } = await api.app.inject({
      method: method as "GET",
      url: path.replaceAll(/\{\w+\}/g, "x"),
    });
    if (path === "/client/api") {
      // in the form of CloudStack
      expect([statusCode, headers["content-type"]]).toEqual([401, "text/xml; charset=utf-8"]);
      continue;
    }
    if (open.includes(path)) expect(statusCode, path).toBe(200);
    else
      expect([statusCode, headers["content-type"], headers["www-authenticate"]], path).toEqual([
        401,
        "application/problem+json; charset=utf-8",
        "Bearer",
      ]);
  }
});

test.each([
  ["no scheme", "tally_abc"],
  ["another scheme", "Basic dXNlcjpwYXNz"],
  ["an empty token", "Bearer "],
  ["a token of nobody", "Bearer tally_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
])("%s is refused without saying more", async (_why, authorization) => {
  const answer = await api.call("GET", "/v1/settings", undefined, { authorization });
  expect(answer.statusCode).toBe(401);
  expect(answer.json()).toMatchObject({ type: "/problems/unauthorized", field: "authorization" });
});

test("a body is not read before its sender is known", async () => {
  const answer = await api.app.inject({
    method: "POST",
    url: "/v1/events",
    headers: { "content-type": "application/json" },
    payload: "not JSON",
  });
  expect(answer.statusCode).toBe(401);
});

const reads = ["/v1/runs", "/v1/quarantine", "/v1/rate-cards", "/metrics"];
const oversees = ["/v1/settings", "/v1/settings/billing.currency", "/v1/keys", "/v1/audit"];
const allowed: Record<Role, Readonly<Record<"reads" | "oversees" | "accounts" | "settings" | "events", boolean>>> = {
  admin: { reads: true, oversees: true, accounts: true, settings: true, events: true },
  finance: { reads: true, oversees: false, accounts: true, settings: false, events: false },
  auditor: { reads: true, oversees: true, accounts: false, settings: false, events: false },
  producer: { reads: false, oversees: false, accounts: false, settings: false, events: true },
  // What they see of their own: matrix.test.ts.
  "domain-admin": { reads: false, oversees: false, accounts: false, settings: false, events: false },
  account: { reads: false, oversees: false, accounts: false, settings: false, events: false },
};

test.each(Object.keys(allowed) as Role[])("the role %s may do what it may and nothing else", async (role) => {
  const headers = { authorization: `Bearer ${await api.tokenOf(role)}` };
  const outcome = async (method: "GET" | "POST" | "PUT", url: string, body?: unknown): Promise<boolean> => {
    const { statusCode } = await api.call(method, url, body, headers);
    return statusCode !== 403;
  };
  for (const url of reads) expect(await outcome("GET", url), url).toBe(allowed[role].reads);
  for (const url of oversees) expect(await outcome("GET", url), url).toBe(allowed[role].oversees);
  // Domain admins and customers see the people of their own accounts.
  for (const url of ["/v1/users", "/v1/users/nobody"])
    expect(await outcome("GET", url), url).toBe(role !== "finance" && role !== "producer");
  expect(await outcome("PUT", `/v1/accounts/of-${role}`, {})).toBe(allowed[role].accounts);
  expect(await outcome("PUT", "/v1/settings/billing.currency", { value: "EUR" })).toBe(allowed[role].settings);
  expect(await outcome("POST", "/v1/keys", { name: "x", role: "auditor" })).toBe(allowed[role].settings);
  expect(await outcome("POST", "/v1/events", [])).toBe(allowed[role].events);
});

test("every operation has a rule, every rule an operation, and admin may use all", () => {
  const { paths } = api.app.swagger() as unknown as Document;
  const operations = Object.values(paths).flatMap((methods) =>
    Object.values(methods as Record<string, { operationId: string; security?: unknown[] }>),
  );
  const guarded = operations.filter(({ security }) => security === undefined).map(({ operationId }) => operationId);
  expect(Object.keys(routeRules).toSorted()).toEqual(guarded.toSorted());
  expect(guarded.filter((operation) => !mayUse("admin", operation))).toEqual([]);
});

test("what has no rule is closed to every role", () => {
  for (const operation of [undefined, "", "someNewRoute", "constructor", "__proto__", "toString"])
    expect(
      allRoles.filter((role) => mayUse(role, operation)),
      operation ?? "none",
    ).toEqual([]);
});

test("a key is made, listed without its token, and refused once it is revoked", async () => {
  const made = await api.call("POST", "/v1/keys", { name: "nightly export", role: "auditor" });
  expect(made.statusCode).toBe(201);
  const { key_id, token } = made.json<{ key_id: string; token: string }>();
  const headers = { authorization: `Bearer ${token}` };
  expect((await api.call("GET", "/v1/settings", undefined, headers)).statusCode).toBe(200);
  const list = await api.call("GET", "/v1/keys");
  expect(list.body).not.toContain(token);
  expect(list.json<{ data: object[] }>().data).toContainEqual(
    expect.objectContaining({ key_id, name: "nightly export", role: "auditor", state: "active" }),
  );
  expect((await api.call("DELETE", `/v1/keys/${key_id}`)).json()).toMatchObject({ state: "revoked" });
  expect((await api.call("GET", "/v1/settings", undefined, headers)).statusCode).toBe(401);
  expect((await api.call("DELETE", `/v1/keys/${key_id}`)).statusCode, "again changes nothing").toBe(200);
});

test("a key revoked by another hand is refused five seconds later at the latest", async () => {
  const keys = createKeys(api.system);
  const { key, token } = await keys.create({ name: "elsewhere", role: "auditor" }, { by: "test" });
  const headers = { authorization: `Bearer ${token}` };
  expect((await api.call("GET", "/v1/settings", undefined, headers)).statusCode).toBe(200);
  await keys.revoke(key.key_id, { by: "test" });
  api.clock.advance(5001);
  expect((await api.call("GET", "/v1/settings", undefined, headers)).statusCode).toBe(401);
});

test.each([
  [
    { name: "x", role: "root" },
    "role",
    'expected "admin" or "finance" or "auditor" or "producer" or "domain-admin" or "account"',
  ],
  [{ name: "", role: "admin" }, "name", 'is ""'],
  [{ role: "admin" }, "name", "missing"],
  [{ name: "x", role: "admin", token: "mine" }, "token", "expected no such field"],
  [[], "body", "a list"],
])("a key asked for as %j says what is wrong", async (body, field, words) => {
  const answer = await api.call("POST", "/v1/keys", body);
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ field });
  expect(answer.json<{ detail: string }>().detail).toContain(words);
});

test("a token given from outside is valid until another one is given or none", async () => {
  const works = async (token: string) =>
    (await api.call("GET", "/v1/settings", undefined, { authorization: `Bearer ${token}` })).statusCode === 200;
  const give = async (token: string | null) => {
    expect(await ensureAdminToken(api.system.keys, token)).toBeNull();
    api.clock.advance(5001);
  };
  await give("one from outside");
  expect(await works("one")).toBe(false);
  await give("first-from-outside");
  expect(await works("first-from-outside")).toBe(true);
  await give("second-from-outside");
  expect([await works("first-from-outside"), await works("second-from-outside")]).toEqual([false, true]);
  await give(null);
  expect(await works("second-from-outside")).toBe(false);
  expect(await works(api.admin)).toBe(true);
});

// Last: it takes all other admins away.
test("the last admin key stays", async () => {
  const { keys } = api.system;
  const admins = (await keys.list()).filter(({ role, state }) => role === "admin" && state === "active");
  const [mine, ...others] = admins.toSorted(
    (a, b) => Number(b.name === "first start") - Number(a.name === "first start"),
  );
  for (const { key_id } of others) await keys.revoke(key_id, { by: "test" });
  const answer = await api.call("DELETE", `/v1/keys/${mine?.key_id}`);
  expect(answer.statusCode).toBe(409);
  expect(answer.json()).toMatchObject({ type: "/problems/conflict" });
  expect((await api.call("DELETE", "/v1/keys/key_none")).statusCode).toBe(404);
});
