// Explanations over HTTP: their two addresses, their pages, and what refuses.
import { afterAll, beforeAll, expect, test } from "vitest";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
let statement: string;
beforeAll(async () => {
  api = await openTestApi();
  const price = { currency: "EUR", unit: "hour", model: "per_unit", usage_type: 1 };
  const tariffs = [{ ...price, tariff_id: "vm", name: "VM", rate: "0.10" }];
  const charges = [
    { charge_id: "off", name: "Loyalty", kind: "discount_percent", percent: "10", components: ["base"] },
    { charge_id: "least", name: "Minimum", kind: "minimum", scope: "payer", amount: "5" },
  ];
  await api.call("PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs, charges });
  await api.call("POST", "/v1/events", [
    ...[1, 2, 3].map((n) => event(`start-${n}`, "VM.START", "2026-10-01T06:00:00Z", { resource: `vm-${n}` })),
    ...[1, 2, 3].map((n) => event(`stop-${n}`, "VM.STOP", `2026-10-01T0${6 + n}:00:00Z`, { resource: `vm-${n}` })),
  ]);
  await api.call("POST", "/v1/runs", { kind: "aggregate", to: "2026-10-02T00:00:00Z" });
  await api.call("POST", "/v1/runs", { kind: "rate", period: "2026-10" });
  const { data } = (await api.call("GET", "/v1/statements?period=2026-10")).json<{ data: { id: string }[] }>();
  statement = data[0]?.id ?? "";
});
afterAll(() => api.close());

interface Explained {
  readonly line: { readonly amount: string; readonly records: string };
  readonly records: readonly { readonly id: string; readonly amount: string }[];
  readonly more_records: string;
  readonly next_cursor: string | null;
}
const explain = async (query: string) =>
  (await api.call("GET", `/v1/statements/${statement}/lines/1/explain${query}`)).json<Explained>();

test("a line is explained page by page, and each of its records by itself", async () => {
  const whole = await explain("");
  // 1 + 2 + 3 hours at 0.10
  expect(whole).toMatchObject({ line: { amount: "0.60", records: "3" }, more_records: "0", next_cursor: null });
  expect(whole.records.map(({ amount }) => amount).toSorted()).toEqual(["0.100000000", "0.200000000", "0.300000000"]);
  const first = await explain("?limit=2");
  expect(first.more_records).toBe("1");
  const rest = await explain(`?limit=2&cursor=${first.next_cursor}`);
  expect([...first.records, ...rest.records]).toEqual(whole.records);
  expect(rest.next_cursor).toBeNull();
  for (const record of whole.records) {
    const alone = await api.call("GET", `/v1/billing-records/${record.id}/explain`);
    expect(alone.json<Explained>().records).toEqual([record]);
  }
});

test("lines of charges are on the statement, and explained", async () => {
  const { lines, net } = (await api.call("GET", `/v1/statements/${statement}`)).json<{
    lines: object[];
    net: string;
  }>();
  // 0.60 less a tenth is 0.54, and 4.46 more make 5.00.
  expect(lines).toMatchObject([
    { kind: "usage", amount: "0.60", charge: null },
    {
      kind: "discount_percent",
      amount: "-0.06",
      usage_type: 1,
      charge: { of_line: 1, percent: "10", base: "0.600000000" },
    },
    { kind: "minimum", amount: "4.46", usage_type: null, charge: { scope: "payer", amount: "5.000000000" } },
  ]);
  expect(net).toBe("5.00");
  const explained = await api.call("GET", `/v1/statements/${statement}/lines/3/explain`);
  expect(explained.json()).toMatchObject({
    charge: { charge_id: "least", kind: "minimum" },
    records: [],
    next_cursor: null,
  });
  const card = (await api.call("GET", "/v1/rate-cards/default")).json<{ charges: object[] }>();
  expect(card.charges).toMatchObject([{ charge_id: "least" }, { charge_id: "off", scope: "account", currency: "EUR" }]);
});

test("what is not there has no explanation, and a cursor is good for its line alone", async () => {
  expect((await api.call("GET", `/v1/statements/${statement}/lines/4/explain`)).statusCode).toBe(404);
  expect((await api.call("GET", "/v1/statements/st_none/lines/1/explain")).statusCode).toBe(404);
  expect((await api.call("GET", "/v1/billing-records/br_none/explain")).statusCode).toBe(404);
  const { next_cursor } = await explain("?limit=1");
  const other = await api.call("GET", `/v1/statements/${statement}/lines/2/explain?cursor=${next_cursor}`);
  expect(other.json()).toMatchObject({ status: 400, field: "cursor" });
  expect((await api.call("GET", `/v1/statements/${statement}/lines/0/explain`)).statusCode).toBe(400);
  expect((await api.call("GET", `/v1/statements/${statement}/lines/1/explain?limit=101`)).statusCode).toBe(400);
});
