// An API with something of everything in it: usage, bills, a final statement, money, exports, refused events, findings.
import { at } from "../at.ts";
import type { Asked } from "../services/schemathesis.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

/** Values of path parameters that are there, by operation. */
type Known = Record<string, Record<string, string>>;

interface Living {
  readonly api: TestApi;
  readonly known: Known;
}

/** Puts it on a port of its own, and holds up nobody who asks much. */
export async function listenToAnything({ api, known }: Living): Promise<Asked> {
  for (const name of ["api.requests.caller", "api.requests.address"]) await api.system.settings.set(name, "0", "test");
  const url = await api.app.listen({ port: 0, host: "127.0.0.1" });
  return { url, document: api.app.swagger(), known };
}

/** A VM of acme that ran for a day of October; it is November, October is closed, rated and billed. */
export async function openLivingApi(): Promise<Living> {
  const api = await openTestApi();
  const { call } = api;
  const post = async (url: string, body: object): Promise<Record<string, string>> =>
    (await call("POST", url, body)).json<Record<string, string>>();
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
  await call("PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs: [vm] });
  await post("/v1/accounts", { account_id: "acme-id", domain: "ROOT/acme" });
  await post("/v1/events", [
    { ...event("e0", "VM.CREATE", "2026-10-01T00:00:00Z"), source: "cloud" },
    event("e1", "VM.START", "2026-10-01T00:00:00Z"),
    event("e2", "VM.STOP", "2026-10-02T00:00:00Z"),
    event("e3", "VM.EXPLODE", "2026-10-01T00:00:00Z"),
  ]);
  api.clock.set(at("2026-11-04T12:00:00Z"));
  const run = await post("/v1/runs", { kind: "aggregate" });
  await post("/v1/runs", { kind: "rate", period: "2026-10" });
  await post("/v1/periods/2026-10/close", {
    reason: "month end",
    overrides: [{ finding: "quarantine", reason: "a test" }],
  });
  const address = { lines: ["Singel 1"], city: "Amsterdam", postal_code: "1012", country: "NL" };
  await call("PUT", "/v1/issuers/house", { legal_name: "House BV", address, vat_id: "NL123456789B01" });
  await call("PUT", "/v1/tax-rates/std", { name: "VAT", category: "S", percent: "21" });
  await call("PUT", "/v1/accounts/acme-id/billing-profile", { legal_name: "Acme BV", address, issuer_id: "house" });
  const month = { payer_account_id: "acme-id", currency: "EUR" };
  await post("/v1/credits", { ...month, credit_id: "welcome", kind: "promotion", amount: "1.50" });
  await post("/v1/payments", { ...month, payment_id: "bank-17", amount: "5.00" });
  const budget = await post("/v1/budgets", {
    name: "b",
    scope: "payer",
    owner_id: "acme-id",
    currency: "EUR",
    amount: "1",
    thresholds: [],
  });
  const made = await post("/v1/exports", { kind: "usage", period: "2026-10", format: "csv" });
  const webhook = await post("/v1/webhooks", { url: "https://example.org/hook", facts: ["period.closed"] });
  const key = await post("/v1/keys", { name: "to look at", role: "auditor" });
  const first = async (url: string): Promise<string> =>
    (await call("GET", url)).json<{ data: { id: string }[] }>().data[0]?.id ?? "none";
  const [record, statement, refused] = [
    await first("/v1/billing-records?period=2026-10"),
    await first("/v1/statements?period=2026-10"),
    await first("/v1/quarantine"),
  ];
  const account = { id: "acme-id" };
  const known: Known = {
    getEvent: { source: "cloud", id: "e0" },
    getRun: { id: run["id"] ?? "" },
    getRunDiff: { id: run["id"] ?? "" },
    getPeriodReadiness: { period: "2026-10" },
    getStatementReadiness: { period: "2026-10" },
    getRateCard: { id: "default" },
    listRateCardVersions: { id: "default" },
    getTariff: { id: "default", tariff_id: "vm" },
    getAccount: account,
    putAccount: account,
    getAccountRateCard: account,
    getBillingProfile: account,
    getBalanceThreshold: account,
    putBalanceThreshold: account,
    getDomainRateCard: { id: "ROOT" },
    getBillingRecord: { id: record },
    explainBillingRecord: { id: record },
    getBillingRecordHistory: { id: record },
    getStatement: { id: statement },
    explainStatementLine: { id: statement, line: "1" },
    getIssuer: { id: "house" },
    getTaxRate: { id: "std" },
    getBudget: { id: budget["budget_id"] ?? "" },
    listBudgetNotices: { id: budget["budget_id"] ?? "" },
    getCredit: { id: "welcome" },
    getExport: { id: made["id"] ?? "" },
    getExportFile: { id: made["id"] ?? "" },
    getSetting: { name: "billing.currency" },
    putSetting: { name: "usage.close.grace" },
    getQuarantined: { id: refused },
    rotateWebhookSecret: { id: webhook["webhook_id"] ?? "" },
    revokeKey: { id: key["key_id"] ?? "" },
  };
  return { api, known };
}
