// Forecasts and budgets over HTTP: what they say, who may change them, states and ETags, notices and the metric.
import { afterAll, beforeAll, expect, test } from "vitest";
import { at } from "../at.ts";
import { everyPage, refused } from "./asking.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
/** What an address answers, as the test reads it. */
const read = async <T>(url: string): Promise<T> => (await api.call("GET", url)).json<T>();
interface Notice {
  readonly of: string;
}
interface List<T = object> {
  readonly data: T[];
}
interface ForecastPage {
  readonly accounts: object[];
  readonly payers: object[];
}

/** A VM of acme since 1 October 00:00 UTC at 0.10 an hour; it is noon of the second, and the first is published and rated. */
beforeAll(async () => {
  api = await openTestApi();
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
  await api.call("PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs: [vm] });
  for (const account_id of ["acme-id", "other-id"]) await api.call("POST", "/v1/accounts", { account_id });
  const other = { account_id: "other-id", resource: "vm-2" };
  await api.call("POST", "/v1/events", [
    event("e1", "VM.START", "2026-10-01T00:00:00Z"),
    event("e2", "VM.START", "2026-10-01T12:00:00Z", other),
  ]);
  await api.system.aggregate({ until: at("2026-10-02T00:00:00Z") });
});
afterAll(() => api.close());

const budget = {
  budget_id: "acme",
  payer_account_id: "acme-id",
  currency: "EUR",
  amount: "10.00",
  thresholds: [
    { percent: "24.0", of: "actual" },
    { percent: "100", of: "forecast" },
  ],
};
const withTag = (etag: string) => ({ authorization: `Bearer ${api.admin}`, "if-match": etag });

// Worked: 36 h by noon of the second = 3.60, and 31 x 24 = 744 h = 74.40 at the end of October. The other: 24 h = 2.40, and 732 h = 73.20.
test("a forecast says what each account owes now and will owe, and what each line rests on", async () => {
  const all = await read<ForecastPage>("/v1/forecast?period=2026-10");
  expect(all.accounts).toMatchObject([
    { account_id: "acme-id", currency: "EUR", so_far: "3.60", forecast: "74.40", lines: [{ basis: "runs-on" }] },
    { account_id: "other-id", so_far: "2.40", forecast: "73.20" },
  ]);
  const one = await read<ForecastPage>("/v1/forecast?period=2026-10&account_id=other-id");
  expect(one).toMatchObject({ as_of: "2026-10-02T12:00:00.000Z", accounts: [{ account_id: "other-id" }] });
  expect(one.payers).toHaveLength(1);
  const first = await read<ForecastPage>("/v1/forecast?period=2026-10&limit=1");
  expect(first).toMatchObject({ truncated: true, accounts: [{ account_id: "acme-id" }] });
  expect(first.accounts).toHaveLength(1);
});

test("a month that has not begun, and what is no month, has no forecast", async () => {
  for (const [period, words] of [
    ["2026-11", "a month that has begun"],
    ["2026-13", "a month, such as"],
  ] as const) {
    const answer = await api.call("GET", `/v1/forecast?period=${period}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ detail: string }>().detail).toContain(words);
  }
});

test("a budget is made once, changed by those alone who say which version they have seen, and removed", async () => {
  const made = await api.call("POST", "/v1/budgets", budget);
  expect(made.statusCode, made.body).toBe(201);
  expect(made.headers).toMatchObject({ etag: '"1"', location: "/v1/budgets/acme" });
  expect(made.json()).toMatchObject({ name: "acme", amount: "10", version: "1", period: "month" });
  await refused(api, "POST", "/v1/budgets", budget, { status: 409, field: "budget_id", words: "already" });
  const change = { ...budget, amount: "12" };
  await refused(api, "PUT", "/v1/budgets/acme", change, { status: 428, field: "if-match", words: "is missing" });
  const stale = { status: 412, field: "if-match", words: "version 1, not 7" };
  await refused(api, "PUT", "/v1/budgets/acme", change, stale, withTag('"7"'));
  expect((await api.call("PUT", "/v1/budgets/acme", change, withTag('"1"'))).headers["etag"]).toBe('"2"');
  expect((await api.call("GET", "/v1/budgets/acme")).json()).toMatchObject({ amount: "12", version: "2" });
  expect((await read<List>("/v1/budgets")).data).toHaveLength(1);
  expect((await api.call("DELETE", "/v1/budgets/acme")).statusCode).toBe(428);
  expect((await api.call("DELETE", "/v1/budgets/acme", undefined, withTag('"1"'))).statusCode).toBe(412);
  expect((await api.call("DELETE", "/v1/budgets/acme", undefined, withTag('"2"'))).statusCode).toBe(200);
  expect((await api.call("GET", "/v1/budgets/acme")).statusCode).toBe(404);
  expect((await api.call("DELETE", "/v1/budgets/acme", undefined, withTag('"3"'))).statusCode).toBe(404);
  expect((await read<List>("/v1/budgets")).data).toEqual([]);
});

test.each([
  [{ ...budget, account_id: "acme-id" }, "payer_account_id", "either"],
  [{ ...budget, payer_account_id: "nobody" }, "payer_account_id", "that exists"],
  [{ ...budget, currency: "USD" }, "currency", "EUR"],
  [{ ...budget, currency: "XXX" }, "currency", "ISO 4217"],
  [{ ...budget, amount: "0" }, "amount", "above 0"],
  [{ ...budget, amount: "1.005" }, "amount", "coins"],
  [{ ...budget, thresholds: [{ percent: "10001", of: "actual" }] }, "thresholds", "10000"],
  [{ ...budget, thresholds: [budget.thresholds[0], { percent: "24", of: "actual" }] }, "thresholds", "once"],
])("a budget that means nothing is refused by the field: %#", async (body, field, words) => {
  await refused(api, "POST", "/v1/budgets", body, { status: 400, field, words });
});

// Worked: 24 % of 10.00 are 2.40, which the first day reaches; 74.40 is above 10.00. Of the other account 12 h = 1.20 are published.
test("what a run reaches is noticed, listed by budget and for all, and counted", async () => {
  await api.call("POST", "/v1/budgets", budget);
  const { payer_account_id: _payer, ...rest } = budget;
  const thresholds = [{ percent: "120", of: "actual" }];
  await api.call("POST", "/v1/budgets", { ...rest, budget_id: "one", account_id: "other-id", amount: "1", thresholds });
  const run = (await api.call("POST", "/v1/runs", { kind: "rate", period: "2026-10" })).json<{ id: string }>();
  const own = await read<List<Notice>>("/v1/budgets/acme/notices");
  const told = (of: string, amount: string) => ({ budget_id: "acme", of, amount, run_id: run.id, state: "reached" });
  expect(own.data.toSorted((a, b) => (a.of < b.of ? -1 : 1))).toMatchObject([
    { ...told("actual", "2.4"), percent: "24", threshold: "2.4", currency: "EUR", period: "2026-10" },
    { ...told("forecast", "74.4"), threshold: "10" },
  ]);
  const { pages, data } = await everyPage(api, "/v1/budget-notices?limit=1");
  expect({ pages, ids: new Set(data.map(({ notice_id }) => notice_id)).size }).toEqual({ pages: 3, ids: 3 });
  expect(data).toContainEqual(expect.objectContaining({ budget_id: "one", amount: "1.2", threshold: "1.2" }));
  expect((await read<List>("/v1/budget-notices?period=2026-09")).data).toEqual([]);
  expect((await api.call("GET", "/v1/budgets/nobodys/notices")).statusCode).toBe(404);
  const metrics = (await api.call("GET", "/metrics")).body;
  expect(metrics).toContain('tally_budget_notices{of="actual",state="reached"} 2');
  expect(metrics).toContain('tally_budget_notices{of="forecast",state="reached"} 1');
});

test("finance changes budgets, an auditor reads them and asks for forecasts, a producer does neither", async () => {
  const status = async (role: "finance" | "auditor" | "producer", method: "GET" | "POST", url: string) => {
    const headers = { authorization: `Bearer ${await api.tokenOf(role)}` };
    const body = method === "GET" ? undefined : { ...budget, budget_id: `of-${role}` };
    return (await api.call(method, url, body, headers)).statusCode;
  };
  expect(await status("finance", "POST", "/v1/budgets")).toBe(201);
  expect(await status("auditor", "POST", "/v1/budgets")).toBe(403);
  expect(await status("auditor", "GET", "/v1/budgets")).toBe(200);
  expect(await status("auditor", "GET", "/v1/forecast?period=2026-10")).toBe(200);
  expect(await status("producer", "GET", "/v1/forecast?period=2026-10")).toBe(403);
  expect(await status("producer", "GET", "/v1/budget-notices")).toBe(403);
});

test("a forecast waits for no long run: it says that one goes on", async () => {
  const { runs, clock, forecast } = { ...api.system, clock: api.clock };
  const run = await runs.begin("check");
  const asked = forecast({ period: "2026-10" }).catch((error: unknown) => error);
  const ends = setInterval(() => clock.advance(1_000), 5);
  expect(await asked).toMatchObject({ key: "run-in-progress" });
  clearInterval(ends);
  await runs.step(run, { state: "discarded" });
  runs.end(run);
  expect((await forecast({ period: "2026-10" })).payers).toHaveLength(2);
});
