// ETag, If-None-Match and If-Match: one way for everything that has a version.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../test-api.ts";

let api: TestApi;
const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
const address = { lines: ["Singel 1"], city: "Amsterdam", postal_code: "1012", country: "NL" };
const issuer = { legal_name: "House BV", address, vat_id: "NL123456789B01" };
const versioned: readonly (readonly [path: string, value: object])[] = [
  ["/v1/accounts/etag-1", { name: "one" }],
  ["/v1/rate-cards/etag", { name: "List", currency: "EUR", tariffs: [vm] }],
  ["/v1/settings/usage.close.grace", { value: "3" }],
  ["/v1/tax-rates/std", { name: "VAT", category: "S", percent: "21" }],
  ["/v1/issuers/house", issuer],
  ["/v1/accounts/etag-1/billing-profile", { legal_name: "Acme BV", address, issuer_id: "house" }],
  [
    "/v1/budgets/etag",
    { payer_account_id: "etag-1", currency: "EUR", amount: "1", thresholds: [{ percent: "80", of: "actual" }] },
  ],
  ["/v1/rate-cards/etag/tariffs/vm", vm],
  ["/v1/accounts/etag-1/rate-card", { rate_card_id: "etag" }],
  ["/v1/domains/ROOT/rate-card", { rate_card_id: "etag" }],
  ["/v1/users/etag-user", { first_name: "Jan" }],
  ["/v1/domains/etag-domain", { name: "one" }],
];
const stale: Record<string, object> = {
  "/v1/accounts/etag-1": { name: "two" },
  "/v1/settings/usage.close.grace": { value: "5" },
  "/v1/users/etag-user": { first_name: "Piet" },
  "/v1/domains/etag-domain": { name: "two" },
};
const headers = (more: Record<string, string> = {}) => ({ authorization: `Bearer ${api.admin}`, ...more });

beforeAll(async () => {
  api = await openTestApi();
  const { system } = api;
  await system.accounts.put({ account_id: "etag-1" }, { by: "test" });
  await system.users.put({ user_id: "etag-user", account_id: "etag-1", username: "jan" }, { by: "test" });
  await system.domains.put({ domain_id: "etag-domain", name: "etags" }, { by: "test" });
});
afterAll(() => api.close());

test.each(versioned)(
  "%s is unchanged for who has seen it, and changed by who has seen it alone",
  async (path, value) => {
    const put = await api.call("PUT", path, value, headers());
    if (put.statusCode !== 200) await api.call("PUT", path, value, headers({ "if-match": '"0"' }));
    const read = await api.call("GET", path);
    expect(read.statusCode, read.body).toBe(200);
    const etag = String(read.headers["etag"]);
    expect(etag).toMatch(/^"\d+"$/);
    for (const asked of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const same = await api.app.inject({ method: "GET", url: path, headers: headers({ "if-none-match": asked }) });
      expect([same.statusCode, same.body, same.headers["etag"]]).toEqual([304, "", etag]);
    }
    expect((await api.call("GET", path, undefined, headers({ "if-none-match": '"other"' }))).statusCode).toBe(200);
    const refused = await api.call("PUT", path, stale[path] ?? value, headers({ "if-match": '"9999"' }));
    expect([refused.statusCode, refused.json<{ type: string; field: string }>()]).toMatchObject([
      412,
      { type: "/problems/precondition-failed", field: "if-match" },
    ]);
    for (const [given, status] of [
      [{ "if-match": `W/${etag}` }, 412],
      [{ "if-match": `"x", W/${etag}` }, 412],
      [{ "if-match": '"x"' }, 412],
      [{ "if-match": '"9998","9999"' }, 412],
      [{ "if-match": etag, "if-none-match": `"x", W/${etag}` }, 412],
      [{ "if-none-match": "*" }, 412],
      [{ "if-match": "latest" }, 400],
      [{ "if-match": `${etag}, x` }, 400],
      [{ "if-match": `${etag} "9999"` }, 400],
      [{ "if-match": etag, "if-none-match": "x" }, 400],
    ] as const) {
      const said = await api.call("PUT", path, value, headers(given));
      const field = Object.entries(given).at(-1)?.[0];
      expect([said.statusCode, said.json<{ field: string }>().field], JSON.stringify(given)).toEqual([status, field]);
    }
    expect((await api.call("GET", path)).headers["etag"], "nothing of that was done").toBe(etag);
    const changed = await api.call("PUT", path, stale[path] ?? value, headers({ "if-match": `"9999" , ${etag}` }));
    expect(changed.statusCode, changed.body).toBe(200);
    const again = await api.call("PUT", path, value, headers({ "if-match": "*", "if-none-match": '"9999"' }));
    expect(again.statusCode, again.body).toBe(200);
  },
);

test.each([
  ["/v1/accounts/fresh", { name: "fresh" }],
  ["/v1/rate-cards/fresh", { name: "List", currency: "EUR", tariffs: [vm] }],
  ["/v1/domains/etag-domain/rate-card", { rate_card_id: "etag" }],
  ["/v1/tax-rates/fresh", { name: "VAT", category: "S", percent: "9", country: "NL" }],
])("%s that is not there has no ETag that If-Match could name, and is made where there must be none", async (...of) => {
  const [path, value] = of;
  for (const seen of ["*", '"1"', '"1", "2"', 'W/"0"'])
    expect((await api.call("PUT", path, value, headers({ "if-match": seen }))).statusCode, seen).toBe(412);
  const before = await api.call("GET", path);
  // What was assigned to a domain is a list, empty where there is nothing.
  expect(before.statusCode).toBe(path.endsWith("/rate-card") ? 200 : 404);
  const made = await api.call("PUT", path, value, headers({ "if-none-match": "*" }));
  expect(made.statusCode, made.body).toBe(200);
  expect((await api.call("PUT", path, value, headers({ "if-none-match": "*" }))).statusCode).toBe(412);
});

test("a stale If-Match is told before what else speaks against the change, and what must be new and is there is a conflict", async () => {
  await api.system.accounts.put({ account_id: "etag-2", domain: "ROOT/used" }, { by: "test" });
  await api.call("POST", "/v1/domains", { domain_id: "used", name: "used" });
  const { domain_id } = (await api.system.domains.byPath("ROOT/used"))!;
  const path = `/v1/domains/${domain_id}`;
  expect((await api.call("PUT", path, { name: "else" })).statusCode, "accounts name it").toBe(409);
  expect((await api.call("PUT", path, { name: "else" }, headers({ "if-match": '"9999"' }))).statusCode).toBe(412);
  for (const [noun, body] of [
    ["accounts", { account_id: "etag-1" }],
    ["users", { user_id: "etag-user", account_id: "etag-1", username: "klaas" }],
    ["domains", { domain_id: "etag-domain", name: "three" }],
  ] as const)
    expect((await api.call("POST", `/v1/${noun}`, body)).json(), noun).toMatchObject({ type: "/problems/conflict" });
});
