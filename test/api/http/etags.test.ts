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
];
const stale: Record<string, object> = {
  "/v1/accounts/etag-1": { name: "two" },
  "/v1/settings/usage.close.grace": { value: "5" },
};
const headers = (more: Record<string, string> = {}) => ({ authorization: `Bearer ${api.admin}`, ...more });

beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

test.each(versioned)(
  "%s is unchanged for who has seen it, and changed by who has seen it alone",
  async (path, value) => {
    const put = await api.call("PUT", path, value, headers());
    const other = put.statusCode === 200 ? put : await api.call("PUT", path, value, headers({ "if-match": '"0"' }));
    const read = other.statusCode === 200 ? await api.call("GET", path) : other;
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
    const weak = await api.call("PUT", path, value, headers({ "if-match": "latest" }));
    expect([weak.statusCode, weak.json<{ field: string }>().field]).toEqual([400, "if-match"]);
    const changed = await api.call("PUT", path, stale[path] ?? value, headers({ "if-match": etag }));
    expect(changed.statusCode, changed.body).toBe(200);
  },
);
