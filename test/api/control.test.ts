// Accounts and settings: the main path of each, and what refuses.
import { afterAll, beforeAll, expect, test } from "vitest";
import { everyPage, refused } from "./asking.ts";
import { openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

test("an account is made, changed where its version is the one seen, and listed", async () => {
  const made = await api.call("POST", "/v1/accounts", { account_id: "a/1", name: "one", currency: "EUR" });
  expect([made.statusCode, made.headers["etag"], made.headers["location"]]).toEqual([201, '"1"', "/v1/accounts/a%2F1"]);
  await refused(api, "POST", "/v1/accounts", { account_id: "a/1" }, { status: 409, words: "a/1 is at version 1" });
  const changed = await api.call(
    "PUT",
    "/v1/accounts/a%2F1",
    { time_zone: "Europe/Amsterdam" },
    { authorization: `Bearer ${api.admin}`, "if-match": '"1"' },
  );
  expect(changed.json()).toMatchObject({
    account_id: "a/1",
    name: "one",
    currency: "EUR",
    time_zone: "Europe/Amsterdam",
    version: "2",
  });
  await refused(
    api,
    "PUT",
    "/v1/accounts/a%2F1",
    { name: "other" },
    { status: 412, words: "version 2, not 1" },
    { authorization: `Bearer ${api.admin}`, "if-match": '"1"' },
  );
  await refused(
    api,
    "PUT",
    "/v1/accounts/a%2F1",
    { name: "other" },
    { status: 400, field: "if-match", words: "latest" },
    { authorization: `Bearer ${api.admin}`, "if-match": "latest" },
  );
  const read = await api.call("GET", "/v1/accounts/a%2F1");
  expect([read.headers["etag"], read.json()]).toEqual(['"2"', changed.json()]);
  expect((await api.call("GET", "/v1/accounts/nobody")).statusCode).toBe(404);
});

test.each([
  [{ time_zone: "Europe/Nowhere" }, "time_zone", '"Europe/Nowhere", expected a zone'],
  [{ time_zone: "UTC+3" }, "time_zone", '"UTC+3"'],
  [{ currency: "EURO" }, "currency", '"EURO"'],
  [{ currency: "XYZ" }, "currency", '"XYZ", expected a current ISO 4217 code'],
  [{ kind: "person" }, "kind", '"person", expected "account" or "project" or "system"'],
  [{ payer_account_id: "nobody" }, "payer_account_id", '"nobody"'],
  [{ account_id: "other" }, "account_id", '"other", expected "bad"'],
  [{ name: 7 }, "name", "is 7, expected it to be string"],
  [{ colour: "red" }, "colour", "expected no such field"],
])("an account put as %j says what is wrong", async (body, field, words) => {
  await refused(api, "PUT", "/v1/accounts/bad", body, { status: 400, field, words });
  expect((await api.call("GET", "/v1/accounts/bad")).statusCode, "and nothing else happens").toBe(404);
});

test("a setting is read, set and refused by name and by value", async () => {
  const before = (await api.call("GET", "/v1/settings/usage.stats.job.exec.time")).json<{
    value: string;
    version: string;
  }>();
  expect([before.value, before.version]).toEqual(["00:15", "0"]);
  const set = await api.call("PUT", "/v1/settings/usage.stats.job.exec.time", { value: "02:30" });
  expect(set.json()).toMatchObject({
    value: "02:30",
    version: "1",
    changed_at: "2026-10-02T12:00:00.000Z",
    changed_by: "TALLY_ADMIN_TOKEN (key_environment)",
  });
  expect((await api.call("GET", "/v1/settings")).json()).toMatchObject({
    data: expect.arrayContaining([set.json()]) as unknown,
  });
  await refused(
    api,
    "PUT",
    "/v1/settings/usage.stats.job.exec.time",
    { value: "25:00" },
    { status: 400, field: "usage.stats.job.exec.time", words: '"25:00", expected HH:MM between 00:00 and 23:59' },
  );
  await refused(
    api,
    "PUT",
    "/v1/settings/usage.aggregation.timezone",
    { value: "Mars/Olympus" },
    { status: 400, words: '"Mars/Olympus", expected a zone' },
  );
  await refused(
    api,
    "PUT",
    "/v1/settings/usage.stats.job.aggregation.range",
    { value: "7" },
    { status: 400, words: '"7", expected a whole number of minutes' },
  );
  await refused(
    api,
    "PUT",
    "/v1/settings/usage.stats.job.exec.time",
    { value: 5 },
    { status: 400, field: "value", words: "is 5" },
  );
  await refused(
    api,
    "PUT",
    "/v1/settings/no.such.setting",
    { value: "1" },
    { status: 404, field: "name", words: '"no.such.setting"; there are: usage.stats.job.exec.time' },
  );
  expect((await api.call("GET", "/v1/settings/no.such.setting")).json()).toMatchObject({
    type: "/problems/unknown-setting",
  });
});

test("accounts are listed page by page", async () => {
  for (const n of [1, 2, 3, 4]) await api.call("PUT", `/v1/accounts/page-${n}`, {});
  const whole = (await api.call("GET", "/v1/accounts")).json<{ data: object[] }>();
  expect(whole.data.length).toBeGreaterThan(3);
  expect((await everyPage(api, "/v1/accounts?limit=3")).data).toEqual(whole.data);
  expect((await api.call("GET", "/v1/accounts?cursor=bm9uZQ")).json()).toMatchObject({ field: "cursor" });
});
