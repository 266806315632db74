// Credits, payments, refunds, balances and the ledger over HTTP: what they answer, what they refuse, who may.
import { afterAll, beforeAll, expect, test } from "vitest";
import { readStoredFacts } from "../../api/notify/stored-facts.ts";
import { at } from "../at.ts";
import { everyPage, refused } from "./asking.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
interface List {
  readonly data: Record<string, unknown>[];
}
const read = async <T = List>(url: string): Promise<T> => (await api.call("GET", url)).json<T>();

/** A VM of acme since 1 October 00:00 UTC at 0.10 an hour; it is noon of the second, and the first is published and rated: 2.40. */
beforeAll(async () => {
  api = await openTestApi();
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
  await api.call("PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs: [vm] });
  await api.call("POST", "/v1/accounts", { account_id: "acme-id", payment: "prepaid" });
  await api.call("POST", "/v1/accounts", { account_id: "paid-for", payer_account_id: "acme-id" });
  await api.call("POST", "/v1/events", [event("e1", "VM.START", "2026-10-01T00:00:00Z")]);
  await api.system.aggregate({ until: at("2026-10-02T00:00:00Z") });
  await api.system.rate({ period: "2026-10" });
});
afterAll(() => api.close());

const credit = {
  credit_id: "welcome",
  payer_account_id: "acme-id",
  currency: "EUR",
  kind: "promotion",
  amount: "1.50",
};
const payment = { payment_id: "bank/17", payer_account_id: "acme-id", currency: "EUR", amount: "5.00" };
const refund = { refund_id: "bank/18", payer_account_id: "acme-id", currency: "EUR", amount: "2.00" };

test("credits and payments are told once, and a balance is what they come to, less what is rated", async () => {
  for (const [url, body, id] of [
    ["/v1/credits", credit, "credit_id"],
    ["/v1/payments", payment, "payment_id"],
    ["/v1/refunds", refund, "refund_id"],
  ] as const) {
    api.clock.advance(1000);
    const first = await api.call("POST", url, body);
    expect(first.statusCode, first.body).toBe(201);
    expect(first.json()).toMatchObject(body);
    const again = await api.call("POST", url, body);
    expect([again.statusCode, again.json()]).toEqual([200, first.json()]);
    await refused(api, "POST", url, { ...body, amount: "1.23" }, { status: 409, field: id, words: "says otherwise" });
    expect((await read(url)).data).toMatchObject([body]);
  }
  // 5.00 − 2.00 + 1.50 − 2.40 = 2.10
  const sums = { unbilled: "2.40", receivable: "0.00", credits: "1.50", prepaid: "3.00", balance: "2.10" };
  expect((await read("/v1/balances?account_id=acme-id")).data).toMatchObject([{ currency: "EUR", ...sums }]);
  expect((await read("/v1/balances?at=2026-10-01T00:00:00Z")).data).toEqual([]);
  await refused(api, "GET", "/v1/balances?at=2026-10-03T00:00:00Z", undefined, {
    status: 400,
    field: "at",
    words: "has come",
  });
});

test("the ledger is read page by page, each posting sums to zero, and filters choose", async () => {
  const { data, pages } = await everyPage(api, "/v1/ledger?limit=3");
  expect([data.length, pages]).toEqual([8, 3]);
  const kinds = data.map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(["accrual", "grant", "payment", "refund"]));
  for (const posting of new Set(data.map(({ posting_id }) => posting_id))) {
    const own = data.filter(({ posting_id }) => posting_id === posting);
    expect(own.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0)).toBe(0);
  }
  const unbilled = await read("/v1/ledger?kind=accrual&ledger_account=unbilled&period=2026-10&currency=EUR");
  expect(unbilled.data).toMatchObject([{ amount: "2.4", payer_account_id: "acme-id", period: "2026-10" }]);
  expect(unbilled.data[0]?.["run_id"]).toMatch(/^run_/);
  expect((await read("/v1/ledger?to=2026-10-02T12:00:00Z")).data).toEqual([]);
  expect((await read("/v1/ledger?from=2026-10-02T12:00:00Z&payer_account_id=acme-id")).data).toHaveLength(8);
});

test("a credit is shown with where it went, and ended with a reason", async () => {
  expect(await read("/v1/credits/welcome")).toMatchObject({ remaining: "1.50", expires_at: null, draws: [] });
  await refused(api, "GET", "/v1/credits/nobody's", undefined, { status: 404, words: "there is no credit" });
  const given = { ...credit, credit_id: "mistake", expires_at: "2026-12-01T00:00:00Z", priority: 3 };
  expect((await api.call("POST", "/v1/credits", given)).json()).toMatchObject({ priority: 3 });
  const ended = await api.call("POST", "/v1/credits/mistake/end", { reason: "granted twice" });
  expect(ended.json()).toMatchObject({ state: "ended", reason: "granted twice", remaining: "1.50" });
  await refused(api, "POST", "/v1/credits/nobody's/end", { reason: "x" }, { status: 404, words: "there is no credit" });
  await api.system.catchUpMoney();
  expect(await read("/v1/credits/mistake")).toMatchObject({ remaining: "0.00" });
});

test("a prepaid balance that is low is noticed, by the account's own threshold or the setting's", async () => {
  expect(await read("/v1/accounts/acme-id/balance-threshold")).toMatchObject({ low: null });
  const put = await api.call("PUT", "/v1/accounts/acme-id/balance-threshold", { low: "2.50" });
  expect(put.json()).toMatchObject({ account_id: "acme-id", low: "2.50" });
  // at first nothing was put in: −2.40; then 1.50 − 2.40 = −0.90 and 5.00 more; 2.00 given back
  const notices = await everyPage(api, "/v1/balance-notices?limit=1");
  expect(notices.data).toMatchObject([
    { state: "empty", balance: "-2.40", turn: 1 },
    { state: "enough", balance: "4.10", low_amount: "1.00", turn: 2 },
    { state: "low", balance: "2.10", low_amount: "2.50", turn: 3 },
  ]);
  expect((await read("/v1/balance-notices?payer_account_id=paid-for")).data).toEqual([]);
  const facts = (await readStoredFacts(api.system, 0)).filter(({ type }) => type.startsWith("balance."));
  expect(facts.map(({ type, payer_account_id, data }) => [type, payer_account_id, data["balance"]])).toEqual([
    ["balance.empty", "acme-id", "-2.40"],
    ["balance.low", "acme-id", "2.10"],
  ]);
  await refused(
    api,
    "PUT",
    "/v1/accounts/acme-id/balance-threshold",
    { low: "half" },
    { status: 400, field: "low", words: "20%" },
  );
});

test.each([
  ["/v1/payments", { ...payment, payment_id: "x", amount: "0" }, "amount", "above 0"],
  ["/v1/payments", { ...payment, payment_id: "x", amount: "1.005" }, "amount", "coins of EUR"],
  ["/v1/payments", { ...payment, payment_id: "x", currency: "XXX" }, "currency", "ISO 4217"],
  ["/v1/payments", { ...payment, payment_id: "x", payer_account_id: "paid-for" }, "payer_account_id", "acme-id pays"],
  ["/v1/payments", { ...payment, payment_id: "x", paid_at: "yesterday" }, "paid_at", "RFC 3339"],
  ["/v1/payments", { ...payment, payment_id: "x", statement_id: "st_1" }, "statement_id", "a statement that is final"],
  ["/v1/credits", { ...credit, credit_id: "x", payer_account_id: "nobody" }, "payer_account_id", "that exists"],
  ["/v1/credits", { ...credit, credit_id: "x", expires_at: "2299-01-01T00:00:00Z" }, "expires_at", "RFC 3339"],
])("what means nothing is refused by the field: %s %#", async (url, body, field, words) => {
  await refused(api, "POST", url, body, { status: 400, field, words });
});

test("no more is given back than is there", async () => {
  const body = { ...refund, refund_id: "x", amount: "3.01" };
  await refused(api, "POST", "/v1/refunds", body, { status: 409, field: "amount", words: "3.00 on account" });
});

test("finance books money, an auditor reads it, a producer does neither", async () => {
  const status = async (role: "finance" | "auditor" | "producer", method: "GET" | "POST", url: string) => {
    const headers = { authorization: `Bearer ${await api.tokenOf(role)}` };
    const body = method === "GET" ? undefined : { ...payment, payment_id: `of-${role}` };
    return (await api.call(method, url, body, headers)).statusCode;
  };
  expect(await status("finance", "POST", "/v1/payments")).toBe(201);
  expect(await status("auditor", "POST", "/v1/payments")).toBe(403);
  expect(await status("auditor", "GET", "/v1/ledger")).toBe(200);
  expect(await status("producer", "GET", "/v1/balances")).toBe(403);
});
