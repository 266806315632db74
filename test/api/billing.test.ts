// Rate cards, runs and bills: the main path of each, and what refuses.
import { afterAll, beforeAll, expect, test } from "vitest";
import { everyPage, refused } from "./asking.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const tariff = {
  tariff_id: "vm-hour",
  name: "VM, per hour",
  usage_type: 1,
  currency: "EUR",
  unit: "hour",
  model: "per_unit",
  rate: "0.10",
};
const allocated = { ...tariff, tariff_id: "allocated-hour", name: "Allocated VM, per hour", usage_type: 2, rate: "0" };
const card = { name: "List prices", currency: "EUR", tariffs: [tariff, allocated] };

test("a rate card is put whole, as the version that follows the one seen", async () => {
  const put = await api.call("PUT", "/v1/rate-cards/default", card, {
    authorization: `Bearer ${api.admin}`,
    "if-match": '"0"',
  });
  expect([put.statusCode, put.headers["etag"]], put.body).toEqual([200, '"1"']);
  expect((await api.call("GET", "/v1/rate-cards/default")).json()).toEqual(put.json());
  expect((await api.call("GET", "/v1/rate-cards")).json()).toEqual({ data: [put.json()] });
  const tariffs = (await api.call("GET", "/v1/tariffs?rate_card_id=default")).json<{ data: object[] }>();
  expect(tariffs.data).toEqual([
    expect.objectContaining({ tariff_id: "allocated-hour" }),
    expect.objectContaining({ rate_card_id: "default", version: 1, tariff_id: "vm-hour", rate: "0.10" }),
  ]);
  await refused(
    api,
    "PUT",
    "/v1/rate-cards/default",
    card,
    { status: 412, words: "revision 1, not 0" },
    { authorization: `Bearer ${api.admin}`, "if-match": '"0"' },
  );
  expect((await api.call("GET", "/v1/rate-cards/none")).statusCode).toBe(404);
});

test.each([
  [
    { ...card, tariffs: [tariff, { ...tariff, tariff_id: "same" }] },
    409,
    "tariffs/1",
    "vm-hour and same both price usage type 1",
  ],
  [{ ...card, tariffs: [{ ...tariff, rate: "1000000000000" }] }, 400, "tariffs/0/rate", "below 10^12"],
  [{ ...card, tariffs: [{ ...tariff, rate: "-1" }] }, 400, "tariffs/0/rate", '"-1"'],
  [{ ...card, tariffs: [{ ...tariff, rate: "ten" }] }, 400, "tariffs/0/rate", '"ten"'],
  [{ ...card, tariffs: [{ ...tariff, rate: "0.0000000000001" }] }, 400, "tariffs/0/rate", "12 decimals"],
  [{ ...card, tariffs: [{ ...tariff, rate: 0.1 }] }, 400, "tariffs.0.rate", "is 0.1, expected it to be string"],
  [{ ...card, tariffs: [{ ...tariff, usage_type: 999 }] }, 400, "tariffs/0/usage_type", "999"],
  [{ ...card, currency: "XYZ" }, 400, "currency", '"XYZ"'],
  [{ ...card, tariffs: [{ ...tariff, formula: "x" }] }, 400, "tariffs.0.formula", "expected no such field"],
])("a rate card with a fault in it is refused: %#", async (body, status, field, words) => {
  await refused(api, "PUT", "/v1/rate-cards/faulty", body, { status, field, words });
  expect((await api.call("GET", "/v1/rate-cards/faulty")).statusCode, "and nothing else happens").toBe(404);
});

test("an account is put on a rate card that exists", async () => {
  await api.call("PUT", "/v1/accounts/on-card", {});
  expect((await api.call("PUT", "/v1/accounts/on-card/rate-card", { rate_card_id: "default" })).json()).toMatchObject({
    rate_card_id: "default",
    valid_from: "2026-10",
    revision: 1,
  });
  await refused(
    api,
    "PUT",
    "/v1/accounts/on-card/rate-card",
    { rate_card_id: "none" },
    { status: 400, field: "rate_card_id", words: '"none"; expected a rate card that exists' },
  );
  await refused(
    api,
    "PUT",
    "/v1/accounts/nobody/rate-card",
    { rate_card_id: "default" },
    { status: 404, words: "nobody" },
  );
});

test("from events to a bill", async () => {
  const accounts = ["acme-id", "beta-id"];
  const events = accounts.flatMap((account_id) => [
    event(`${account_id}/create`, "VM.CREATE", "2026-10-01T06:00:00Z", {
      account_id,
      account: account_id,
      resource: `vm-of-${account_id}`,
    }),
    event(`${account_id}/start`, "VM.START", "2026-10-01T06:00:00Z", {
      account_id,
      account: account_id,
      resource: `vm-of-${account_id}`,
    }),
    event(`${account_id}/stop`, "VM.STOP", "2026-10-01T16:00:00Z", {
      account_id,
      account: account_id,
      resource: `vm-of-${account_id}`,
    }),
  ]);
  expect((await api.call("POST", "/v1/events", events)).json()).toMatchObject({ accepted: 6 });
  const aggregated = await api.call("POST", "/v1/runs", { kind: "aggregate", to: "2026-10-02T00:00:00Z" });
  expect([aggregated.statusCode, aggregated.json()], aggregated.body).toMatchObject([
    201,
    { kind: "aggregate", state: "published", to: "2026-10-02T00:00:00.000Z" },
  ]);
  expect(
    (await api.call("POST", "/v1/runs", { kind: "aggregate" })).json(),
    "a second run finds nothing new",
  ).toMatchObject({ state: "unchanged" });

  const dry = await api.call("POST", "/v1/runs", { kind: "rate", period: "2026-10", dry_run: true });
  expect(dry.statusCode, dry.body).toBe(201);
  expect((await api.call("GET", "/v1/statements?period=2026-10")).json(), "a dry run publishes nothing").toEqual({
    data: [],
    next_cursor: null,
  });
  const rated = await api.call("POST", "/v1/runs", { kind: "rate", period: "2026-10" });
  expect(rated.json(), rated.body).toMatchObject({ kind: "rate", state: "published", period: "2026-10" });

  // 10 hours at 0.10 each, and the allocated ones at nothing.
  const { data } = (await api.call("GET", "/v1/statements?period=2026-10")).json<{
    data: { id: string; payer_account_id: string; net: string; total: string }[];
  }>();
  expect(data.map(({ payer_account_id, net, total }) => [payer_account_id, net, total])).toEqual([
    ["acme-id", "1.00", "1.00"],
    ["beta-id", "1.00", "1.00"],
  ]);
  expect((await api.call("GET", `/v1/statements/${data[0]?.id}`)).json()).toEqual(data[0]);
  expect((await api.call("GET", "/v1/statements?period=2026-10&account_id=beta-id")).json()).toEqual({
    data: [data[1]],
    next_cursor: null,
  });
  expect((await everyPage(api, "/v1/statements?period=2026-10&limit=1")).data).toEqual(data);
  expect((await api.call("GET", "/v1/statements/st_none")).statusCode).toBe(404);

  const records = (await api.call("GET", "/v1/billing-records?period=2026-10")).json<{
    data: { id: string; amount: string }[];
  }>();
  expect(records.data).toHaveLength(4);
  expect((await everyPage(api, "/v1/billing-records?period=2026-10&limit=3")).data).toEqual(records.data);
  expect(
    (await api.call("GET", "/v1/billing-records?period=2026-10&usage_type=1&account_id=acme-id")).json(),
  ).toMatchObject({ data: [{ amount: "1.000000000", quantity: "36000000", state: "rated" }] });
  expect((await api.call("GET", `/v1/billing-records/${records.data[0]?.id}`)).json()).toEqual(records.data[0]);
  expect((await api.call("GET", "/v1/billing-records/br_none")).statusCode).toBe(404);
  expect((await api.call("GET", "/v1/billing-records?period=2026-13")).json()).toMatchObject({ field: "period" });
});

test("runs are listed newest first, page by page", async () => {
  const whole = (await api.call("GET", "/v1/runs")).json<{ data: { id: string; seq: string; kind: string }[] }>();
  expect(whole.data.map(({ kind }) => kind)).toEqual(["rate", "rate", "aggregate", "aggregate"]);
  const paged = await everyPage(api, "/v1/runs?limit=3");
  expect([paged.pages, paged.data]).toEqual([2, whole.data]);
  expect((await api.call("GET", `/v1/runs/${whole.data[0]?.id}`)).json()).toEqual(whole.data[0]);
  expect((await api.call("GET", "/v1/runs/run_none")).statusCode).toBe(404);
});

test.each([
  [{ kind: "guess" }, "kind", '"guess", expected "aggregate" or "rate"'],
  [{}, "kind", "missing"],
  [{ kind: "aggregate", to: "2026-10-02" }, "to", "without an offset"],
  [{ kind: "aggregate", to: "2026-11-01T00:00:00Z" }, "to", "expected no later than 2026-10-02T12:00:00.000Z"],
  [
    { kind: "aggregate", from: "2026-10-02T00:00:00Z", to: "2026-10-01T00:00:00Z" },
    "from",
    "expected an instant before",
  ],
  [{ kind: "aggregate", period: "2026-10" }, "period", "expected no such field with a run of kind aggregate"],
  [{ kind: "rate" }, "period", "missing, expected a month"],
  [{ kind: "rate", period: "October" }, "period", '"October"'],
  [
    { kind: "rate", period: "2026-10", from: "2026-10-01T00:00:00Z" },
    "from",
    "expected no such field with a run of kind rate",
  ],
])("a run asked for as %j says what is wrong", async (body, field, words) => {
  const before = (await api.call("GET", "/v1/runs")).body;
  await refused(api, "POST", "/v1/runs", body, { status: 400, field, words });
  expect((await api.call("GET", "/v1/runs")).body, "and no run is begun").toBe(before);
});

test("one run at a time", async () => {
  const answers = await Promise.all([
    api.call("POST", "/v1/runs", { kind: "aggregate" }),
    api.call("POST", "/v1/runs", { kind: "aggregate" }),
  ]);
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(expect.arrayContaining([201, 409]));
  expect(answers.find(({ statusCode }) => statusCode === 409)?.json()).toMatchObject({
    type: "/problems/run-in-progress",
  });
});
