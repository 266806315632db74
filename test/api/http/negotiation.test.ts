// What README says of asking: forms by Accept, ETags, methods, pages and their cursors.
import { afterAll, beforeAll, expect, test } from "vitest";
import { preferred } from "../../../api/http/accept.ts";
import type { Document } from "../check-answer.ts";
import { event, openTestApi, type TestApi } from "../test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  for (const resource of ["vm-1", "vm-2", "vm-3"])
    await api.call("POST", "/v1/events", [event(`s-${resource}`, "VM.START", "2026-10-01T06:00:00Z", { resource })]);
  await api.call("POST", "/v1/runs", { kind: "aggregate" });
});
afterAll(() => api.close());

const authorization = () => `Bearer ${api.admin}`;
const records = "/v1/usage-records?from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z";
const ask = (method: "GET" | "HEAD" | "OPTIONS" | "DELETE", url: string, headers: Record<string, string> = {}) =>
  api.app.inject({ method, url, headers: { authorization: authorization(), ...headers } });

const forms = [
  ["application/json", "json"],
  ["text/csv", "csv"],
  ["application/x-ndjson", "ndjson"],
] as const;
test.each([
  [undefined, "json"],
  ["", "json"],
  ["*/*", "json"],
  ["text/csv", "csv"],
  ["text/*", "csv"],
  ["TEXT/CSV; charset=utf-8", "csv"],
  ["text/csv;q=0.5, application/x-ndjson;q=0.9", "ndjson"],
  ["application/json;q=0.2, */*;q=0.1", "json"],
  // The range that names a type most closely counts for it, also where it says never.
  ["*/*, application/json;q=0", "csv"],
  ["*/*, application/json;q=0.1", "csv"],
  ["application/*, application/json;q=0", "ndjson"],
  // As a browser asks.
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"],
])("of Accept %s the form is %s", (accept, form) => {
  expect(preferred(accept, forms)).toBe(form);
});
test.each(["image/png", "application/json;q=0", "text/csv;q=none", "json", "*"])("Accept %s is a 406", (accept) => {
  expect(() => preferred(accept, forms)).toThrow(/expected one of application\/json, text\/csv/);
});

test("a list comes in the form asked for, and in no other", async () => {
  const types = await Promise.all(
    ["text/csv", "application/x-ndjson", "application/vnd.apache.parquet", "*/*, application/json;q=0"].map(
      async (accept) => (await ask("GET", records, { accept })).headers["content-type"],
    ),
  );
  expect(types.map((type) => String(type).split(";")[0])).toEqual([
    "text/csv",
    "application/x-ndjson",
    "application/vnd.apache.parquet",
    "text/csv",
  ]);
});

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

test("whoever takes none of the forms an operation has is told so, documented, before anything is done", async () => {
  const { paths } = api.app.swagger() as unknown as Document;
  const operations = Object.entries(paths)
    .filter(([path]) => path !== "/client/api")
    .flatMap(([path, of]) => Object.entries(of).map(([method, { responses }]) => ({ path, method, responses })));
  expect(operations.length).toBeGreaterThan(100);
  const before = (await api.call("GET", "/v1/keys")).json<unknown>();
  for (const { path, method, responses } of operations) {
    const url = path.replaceAll(/\{\w+\}/g, "x");
    const refused = await api.app.inject({
      method: method as "GET",
      url,
      headers: { authorization: authorization(), accept: "image/png, application/problem+json" },
      ...(method === "get" ? {} : { payload: { name: "made", role: "admin" } }),
    });
    const { "content-type": type = "", vary } = refused.headers;
    expect([refused.statusCode, type.toString().split(";")[0], vary], `${method} ${path}`).toEqual([
      406,
      "application/problem+json",
      "accept",
    ]);
    expect(refused.json(), path).toMatchObject({ type: "/problems/not-acceptable", field: "accept" });
    expect(responses["406"], path).toBeDefined();
  }
  expect((await api.call("GET", "/v1/keys")).json()).toEqual(before);
  expect((await api.app.inject({ url: "/v1/accounts", headers: { accept: "image/png" } })).statusCode).toBe(401);
});

test("what has one form comes in it for a browser, curl and whoever says nothing; what has several says that Accept chose", async () => {
  const asked = async (url: string, accept: string | undefined) => {
    const { statusCode, headers } = await ask("GET", url, accept === undefined ? {} : { accept });
    return [statusCode, String(headers["content-type"]).split(";")[0], headers["vary"]];
  };
  for (const accept of [undefined, "*/*", "application/*", "application/json;q=0.1", browser]) {
    for (const url of ["/v1/accounts", "/v1/audit", "/v1/quarantine", "/healthz", "/openapi.json"])
      expect(await asked(url, accept), `${url} ${accept}`).toEqual([200, "application/json", undefined]);
    expect(await asked(records, accept), `${accept}`).toEqual([200, "application/json", "accept"]);
  }
  for (const accept of [undefined, "*/*", "text/*", browser])
    expect(await asked("/metrics", accept), `${accept}`).toEqual([200, "text/plain", undefined]);
  expect((await asked("/docs/", "text/html"))[0]).toBe(200);
  // Its parameter `response` chooses.
  expect((await asked("/client/api?command=listApis&response=json", "image/png"))[0]).toBe(401);
});

test("a cursor is good for its own question, whole: changed by a letter, of another list or with another filter it is a 400", async () => {
  const { next_cursor } = (await ask("GET", `${records}&limit=1`)).json<{ next_cursor: string }>();
  const decoded = JSON.parse(Buffer.from(next_cursor, "base64url").toString()) as { place: Record<string, unknown> };
  const moved = { ...decoded, place: { ...decoded.place, resource: "vm-0" } };
  const forged = Buffer.from(JSON.stringify(moved)).toString("base64url");
  expect((await ask("GET", `${records}&limit=2&cursor=${next_cursor}`)).json<{ data: unknown[] }>().data).toHaveLength(
    2,
  );
  for (const url of [
    `${records}&cursor=${forged}`,
    `${records}&cursor=${next_cursor.slice(0, -4)}`,
    `${records}&cursor=x`,
    `${records}&resource=vm-1&cursor=${next_cursor}`,
    `${records.replace("10-02", "10-03")}&cursor=${next_cursor}`,
    `/v1/accounts?cursor=${next_cursor}`,
  ]) {
    const refused = await ask("GET", url);
    expect([refused.statusCode, refused.json<{ field: string }>().field], url).toEqual([400, "cursor"]);
  }
});

test("a page has 1 to 1000 rows, said as a whole number, once", async () => {
  expect((await ask("GET", `${records}&limit=1000`)).statusCode).toBe(200);
  for (const limit of ["0", "-1", "1001", "1.5", "1e3x", "", "ten", "1&limit=2"])
    expect((await ask("GET", `${records}&limit=${limit}`)).statusCode, limit).toBe(400);
});

test("HEAD is GET without its body; another method is a 405 that lists what there is", async () => {
  const [got, head] = [
    await ask("GET", "/v1/settings/billing.currency"),
    await ask("HEAD", "/v1/settings/billing.currency"),
  ];
  expect([head.statusCode, head.body]).toEqual([200, ""]);
  expect([head.headers["etag"], head.headers["content-length"]]).toEqual([
    got.headers["etag"],
    got.headers["content-length"],
  ]);
  expect((await api.app.inject({ method: "HEAD", url: "/v1/settings" })).statusCode).toBe(401);
  for (const method of ["OPTIONS", "DELETE"] as const) {
    const refused = await ask(method, "/v1/settings/billing.currency");
    expect([refused.statusCode, refused.headers["allow"]], method).toEqual([405, "GET, HEAD, PUT"]);
  }
});

test("a read names its ETag in any of the forms of RFC 9110; a change names the one it was made from", async () => {
  const url = "/v1/settings/api.requests.caller";
  const etag = String((await ask("GET", url)).headers["etag"]);
  for (const asked of [etag, `W/${etag}`, `"x", ${etag}`, `"x",W/${etag}`, "*"])
    expect((await ask("GET", url, { "if-none-match": asked })).statusCode, asked).toBe(304);
  expect((await ask("HEAD", url, { "if-none-match": etag })).statusCode).toBe(304);
  for (const asked of ['"x"', etag.slice(1, -1), "W/*", `"x,${etag}`, `x, ${etag}`, `"x, ${etag.slice(1)}`])
    expect((await ask("GET", url, { "if-none-match": asked })).statusCode, asked).toBe(200);
  const put = (seen: string) =>
    api.call("PUT", url, { value: "6000" }, { authorization: authorization(), "if-match": seen });
  for (const [seen, status] of [
    ['"77"', 412],
    [`W/${etag}`, 412],
    ["x", 400],
    [etag, 200],
  ] as const)
    expect((await put(seen)).statusCode, seen).toBe(status);
});
