// The typed client: made from the description, and the one that tests and the command line use.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient, sendOver } from "../../../api/client/client.ts";
import { at } from "../../at.ts";
import { clientTypes, type Description } from "../../tools/client-types.ts";
import { event, openTestApi, type TestApi } from "../test-api.ts";

let api: TestApi;
let client: Client;
let url: string;
beforeAll(async () => {
  api = await openTestApi();
  url = await api.app.listen({ port: 0, host: "127.0.0.1" });
  client = createClient(sendOver(url), api.admin);
});
afterAll(() => api.close());

test("its types are what the description says", () => {
  const read = (name: string): string => readFileSync(new URL(`../../../api/${name}`, import.meta.url), "utf8");
  const made = clientTypes(JSON.parse(read("openapi.json")) as Description);
  expect(read("client/operations.ts"), "write it again with `npm run openapi`").toBe(made.operations);
  expect(read("client/nouns.ts"), "write it again with `npm run openapi`").toBe(made.nouns);
});

test("operations are asked by name, with paths, queries and bodies by their types", async () => {
  const made = await client.ask("createAccount", { body: { account_id: "a/1", name: "one" }, idempotency_key: "k" });
  const again = await client.ask("createAccount", { body: { account_id: "a/1", name: "one" }, idempotency_key: "k" });
  expect(again).toEqual(made);
  const read = await client.ask("getAccount", { path: { id: "a/1" } });
  expect(read.name).toBe("one");
  const changed = await client.ask("putAccount", {
    path: { id: "a/1" },
    body: { name: "two" },
    if_match: `"${read.version}"`,
  });
  expect(changed.version).toBe("2");
  await client.call({
    method: "POST",
    path: "/v1/events",
    body: JSON.stringify([
      event("e1", "VM.START", "2026-10-01T00:00:00Z"),
      event("e2", "VM.START", "2026-10-01T00:00:00Z", { resource: "vm-2" }),
    ]),
  });
  await client.ask("startRun", { body: { kind: "aggregate" } });
  const range = { from: "2026-10-01T00:00:00Z", to: "2026-11-01T00:00:00Z" };
  const { data } = await client.ask("listUsageRecords", { query: { ...range, usage_type: [1, 2], limit: 1 } });
  expect(data.map(({ resource, usage_type }) => [resource, usage_type])).toEqual([["vm-1", 1]]);
});

test("a problem is the error it was there, and what is not JSON can be had as bytes", async () => {
  await expect(client.ask("getAccount", { path: { id: "nobody" } })).rejects.toMatchObject({
    key: "not-found",
    field: "account_id",
  });
  await expect(
    client.ask("putAccount", { path: { id: "a/1" }, body: { name: "x" }, if_match: '"9"' }),
  ).rejects.toMatchObject({ key: "precondition-failed" });
  await expect(createClient(sendOver(url), "wrong").ask("listKeys", {})).rejects.toMatchObject({ key: "unauthorized" });
  await expect(createClient(sendOver("http://127.0.0.1:1"), null).ask("getHealth", {})).rejects.toThrow(
    "does not answer",
  );
  const seen: (string | undefined)[] = [];
  const watched = createClient((request) => {
    seen.push(request.headers["accept"]);
    return sendOver(url)(request);
  }, api.admin);
  await watched.ask("listAccounts", {});
  await watched.download({ method: "GET", path: "/metrics" });
  expect(seen, "JSON where it is read, and files as they are").toEqual(["application/json", undefined]);
  const path = "/v1/usage-records?from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z";
  const bytes = await client.download({ method: "GET", path, accept: "application/vnd.apache.parquet" });
  expect(Buffer.from(bytes.subarray(0, 4)).toString()).toBe("PAR1");
  await expect(client.download({ method: "GET", path, accept: "image/png" })).rejects.toMatchObject({
    key: "not-acceptable",
  });
});

test("work that goes on after its answer is waited for, and told as if it had been answered at once", async () => {
  api.clock.set(at("2026-11-04T12:00:00Z"));
  const hasty = createClient(
    (request) => sendOver(url)({ ...request, headers: { ...request.headers, prefer: "respond-async" } }),
    api.admin,
  );
  const overrides = [{ finding: "unrated", reason: "no prices" }];
  const closed = await hasty.call({
    method: "POST",
    path: "/v1/periods/2026-10/close",
    body: JSON.stringify({ overrides }),
  });
  expect(closed).toMatchObject({ period: "2026-10", closed: [{ payer_account_id: "acme-id" }] });
});
