import { createHmac } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewKey } from "../../../api/access/check-key.ts";
import { createKeys } from "../../../api/access/keys.ts";
import { isNetwork, isWithin } from "../../../api/access/networks.ts";
import { openTestApi, type TestApi } from "../test-api.ts";

let api: TestApi;
const by = "test";
beforeAll(async () => {
  api = await openTestApi();
  await api.system.accounts.put({ account_id: "acme-id", domain: "ROOT/acme" }, { by });
});
afterAll(() => api.close());

const status = async (token: string, remoteAddress = "127.0.0.1") => {
  const headers = { authorization: `Bearer ${token}` };
  return (await api.app.inject({ method: "GET", url: "/v1/session", headers, remoteAddress })).statusCode;
};

test.each<[NewKey, string]>([
  [{ name: "x" }, "role"],
  [{ name: "x", role: "account" }, "account_id"],
  [{ name: "x", role: "account", account_id: "nobody" }, "account_id"],
  [{ name: "x", role: "auditor", account_id: "acme-id" }, "account_id"],
  [{ name: "x", role: "domain-admin" }, "domain"],
  [{ name: "x", role: "domain-admin", domain: "/ROOT" }, "domain"],
  [{ name: "x", role: "producer" }, "sources"],
  [{ name: "x", role: "admin", sources: ["zone-1"] }, "sources"],
  [{ name: "x", role: "admin", cidrs: ["10.0.0.0/33"] }, "cidrs"],
  [{ name: "x", role: "admin", expires_at: "2026-10-02T12:00:00Z" }, "expires_at"],
  [{ name: "x", role: "admin", expires_at: "tomorrow" }, "expires_at"],
  [{ name: "x", user_id: "nobody" }, "user_id"],
])("a key asked for as %j names what is wrong with %s", async (asked, field) => {
  const answer = await api.call("POST", "/v1/keys", asked);
  expect(answer.json(), answer.body).toMatchObject({ status: 400, field });
});

test("a key is refused from the moment it expires", async () => {
  const expires_at = "2026-10-02T13:00:00.000Z";
  const { token, key } = await api.system.keys.create({ name: "short", role: "auditor", expires_at }, { by });
  expect(key.expires_at).toBe(expires_at);
  api.clock.advance(3_600_000 - 1);
  expect(await status(token)).toBe(200);
  api.clock.advance(1);
  expect(await status(token)).toBe(401);
});

test("a key is taken from its networks alone, IPv4 and IPv6, and a forwarded address does not count", async () => {
  const cidrs = ["10.1.0.0/16", "2001:db8::/32", "192.0.2.7"];
  const { token } = await api.system.keys.create({ name: "near", role: "auditor", cidrs }, { by });
  for (const near of ["10.1.255.255", "::ffff:10.1.0.1", "2001:db8:1::1", "192.0.2.7"])
    expect(await status(token, near), near).toBe(200);
  for (const far of ["10.2.0.0", "::ffff:10.2.0.1", "2001:db9::1", "192.0.2.8", "127.0.0.1", "::1"])
    expect(await status(token, far), far).toBe(403);
  const headers = { authorization: `Bearer ${token}`, "x-forwarded-for": "10.1.0.1", forwarded: "for=10.1.0.1" };
  expect((await api.app.inject({ method: "GET", url: "/v1/session", headers })).statusCode).toBe(403);
});

test("a session opened with a key is good from the key's networks alone", async () => {
  const { token } = await api.system.keys.create({ name: "near", role: "auditor", cidrs: ["192.0.2.0/24"] }, { by });
  const from = (remoteAddress: string, rest: object) =>
    api.app.inject({ method: "GET", url: "/v1/session", remoteAddress, ...rest });
  const opened = await from("192.0.2.7", { method: "POST", payload: { token } });
  const cookie = String(opened.headers["set-cookie"]).split(";")[0];
  expect((await from("192.0.2.8", { headers: { cookie } })).statusCode).toBe(200);
  expect((await from("198.51.100.7", { headers: { cookie } })).statusCode).toBe(401);
});

test("what is no network is told from what is one", () => {
  for (const network of ["0.0.0.0/0", "::/0", "10.0.0.1", "fe80::1/128"])
    expect(isNetwork(network), network).toBe(true);
  for (const odd of [
    "",
    "10.0.0/8",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/08",
    "::/129",
    "fe80::1%eth0",
    "localhost",
    " 10.0.0.1",
  ])
    expect(isNetwork(odd), odd).toBe(false);
  expect(isWithin("not an address", ["0.0.0.0/0"])).toBe(false);
  expect(isWithin("10.0.0.1", ["::/0"])).toBe(false);
});

test("the secret key is derived from the file secret of the data directory, which is its owner's alone", async () => {
  const made = await api.system.keys.create({ name: "signs", role: "account", account_id: "acme-id" }, { by });
  const file = join(api.system.store.data_dir, "secret");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const expected = createHmac("sha256", readFileSync(file)).update(made.key.key_id).digest("base64url");
  expect(made.secret_key).toBe(expected);
  expect(await api.system.keys.signing(made.key.key_id)).toMatchObject({
    secret: expected,
    key: { account_id: "acme-id" },
  });
  // Another process on this data directory signs alike, and one with a secret of its own does not.
  expect(await createKeys(api.system).signing(made.key.key_id)).toMatchObject({ secret: expected });
  const apart = createKeys({ ...api.system, secret: "a secret of thirty-two characters" });
  expect((await apart.signing(made.key.key_id))?.secret).not.toBe(expected);
  await api.system.keys.revoke(made.key.key_id, { by });
  expect(await api.system.keys.signing(made.key.key_id)).toBeNull();
  expect(await api.system.keys.signing("key_none")).toBeNull();
  const rows = await api.system.store.read.query({ query: "SELECT * FROM api_key", format: "JSONEachRow" });
  const kept = await rows.text();
  expect(kept).not.toContain(made.secret_key);
  expect(kept).not.toContain(made.token);
});
