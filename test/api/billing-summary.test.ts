// Sums of bills and counts of events over HTTP, against what is worked out by hand.
import { afterAll, beforeAll, expect, test } from "vitest";
import { at } from "../at.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
const read = async <T>(url: string): Promise<T> => (await api.call("GET", url)).json<T>();
interface Sums {
  readonly data: { group: object; currency: string; amount: string; lines: number }[];
  readonly truncated: boolean;
}

/** At 0.10 an hour: acme's VM runs the whole 30 September and 1 October (2.40 each), other's on 1 October from noon on (1.20). */
beforeAll(async () => {
  api = await openTestApi();
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
  await api.call("PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs: [vm] });
  for (const account_id of ["acme-id", "other-id"]) await api.call("POST", "/v1/accounts", { account_id });
  await api.call("POST", "/v1/events", [
    event("e1", "VM.START", "2026-09-30T00:00:00Z"),
    event("e2", "VM.START", "2026-10-01T12:00:00Z", { account_id: "other-id", resource: "vm-2" }),
  ]);
  await api.system.aggregate({ until: at("2026-10-02T00:00:00Z") });
  for (const period of ["2026-09", "2026-10"]) await api.system.rate({ period });
});
afterAll(() => api.close());

test("bills are summed by month and payer, the highest of a month first", async () => {
  const { data, truncated } = await read<Sums>(
    "/v1/billing-summary?from_period=2026-08&to_period=2026-10&group_by=period,payer_account_id",
  );
  expect(data.map(({ group, amount, lines }) => ({ ...group, amount, lines }))).toEqual([
    { period: "2026-09", payer_account_id: "acme-id", amount: "2.40", lines: 1 },
    { period: "2026-10", payer_account_id: "acme-id", amount: "2.40", lines: 1 },
    { period: "2026-10", payer_account_id: "other-id", amount: "1.20", lines: 1 },
  ]);
  expect(truncated).toBe(false);
});

test("without groups a month is one sum a currency, narrowed by payer, account and kind, and told when it was cut off", async () => {
  const [all] = (await read<Sums>("/v1/billing-summary?to_period=2026-10")).data;
  expect(all).toEqual({
    group: {},
    currency: "EUR",
    amount: "3.60",
    exact_amount: "3.600000000",
    lines: 2,
    records: "2",
    payers: 2,
  });
  const one = await read<Sums>(
    "/v1/billing-summary?to_period=2026-10&payer_account_id=other-id&group_by=usage_type,kind",
  );
  expect(one.data).toMatchObject([{ group: { usage_type: 1, kind: "usage" }, amount: "1.20" }]);
  expect((await read<Sums>("/v1/billing-summary?to_period=2026-10&kind=adjustment")).data).toEqual([]);
  expect(await read<Sums>("/v1/billing-summary?to_period=2026-10&group_by=account_id&limit=1")).toMatchObject({
    truncated: true,
    data: [{ amount: "2.40" }],
  });
});

test.each([
  ["to_period=2026-10&group_by=colour", "group_by"],
  ["from_period=2026-11&to_period=2026-10", "from_period"],
  ["from_period=2020-01&to_period=2026-10", "from_period"],
])("a summary of bills asked for by %s names what is wrong with %s", async (query, field) => {
  expect((await api.call("GET", `/v1/billing-summary?${query}`)).json()).toMatchObject({ status: 400, field });
});

test("a list of statements goes without their lines where they are not asked for", async () => {
  const { data } = await read<{ data: { net: string; lines: object[] }[] }>(
    "/v1/statements?period=2026-10&lines=false",
  );
  expect(data.map(({ net, lines }) => [net, lines.length])).toEqual([
    ["2.40", 0],
    ["1.20", 0],
  ]);
});

test("events are counted by when they came in, and by no more steps than an answer holds", async () => {
  const hours = await read<object>("/v1/event-counts?from=2026-10-02T00:00:00Z&to=2026-10-03T00:00:00Z");
  expect(hours).toEqual({
    data: [{ at: "2026-10-02T12:00:00.000Z", events: "2", latest_at: "2026-10-01T12:00:00.000Z" }],
  });
  const days = await read<object>("/v1/event-counts?from=2026-09-01T00:00:00Z&to=2026-10-03T00:00:00Z&step=day");
  expect(days).toMatchObject({ data: [{ at: "2026-10-02T00:00:00.000Z", events: "2" }] });
  const many = await api.call("GET", "/v1/event-counts?from=2026-01-01T00:00:00Z&to=2026-10-03T00:00:00Z&step=minute");
  expect(many.json()).toMatchObject({ status: 400, field: "to" });
});
