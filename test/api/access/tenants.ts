import type { Caller } from "../../../api/access/caller.ts";
import { at } from "../../at.ts";
import { event, openTestApi, type TestApi } from "../test-api.ts";

/** Two customers who know nothing of each other: all that is of the second has `zebra` in its name. */
export interface Tenants {
  readonly api: TestApi;
  /** What a request of an operation is made of: path parameters by their address, for each tenant. */
  readonly ids: Record<"acme" | "zebra", Readonly<Record<string, string>>>;
  readonly tokens: Readonly<Record<Exclude<CallerName, "anonymous">, string>>;
}

/** Who is asked as; all roles and nobody. */
export const callers = ["anonymous", "account", "domain-admin", "producer", "auditor", "finance", "admin"] as const;
export type CallerName = (typeof callers)[number];

/** Sees the records of some accounts alone. */
export function isScoped(caller: CallerName): boolean {
  return caller === "account" || caller === "domain-admin";
}

const by = "test";

/** A VM of each since 1 October; the first is rated, both have a budget, a credit, a payment, a user, a profile and something in quarantine. */
export async function openTenants(): Promise<Tenants> {
  const api = await openTestApi();
  const { system, call } = api;
  // Many requests in a minute are what the matrix is; limits have tests of their own.
  await system.settings.set("api.requests.address", "1000000", by);
  await system.settings.set("api.requests.caller", "1000000", by);
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
  await call("PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs: [vm] });
  const ids = { acme: await makeTenant(api, "acme"), zebra: await makeTenant(api, "zebra") };
  await system.aggregate({ until: at("2026-10-02T00:00:00Z") });
  await system.rate({ period: "2026-10" });
  await system.settleMoney("acme-id");
  await system.settleMoney("zebra-id");
  const bills = async (name: "acme" | "zebra") => {
    const [statement] = await system.statements.list({ period: "2026-10", payer_account_id: `${name}-id`, limit: 1 });
    const { records } = await system.billingRecords.list({ period: "2026-10", account_id: `${name}-id`, limit: 1 });
    return { statements: statement?.id ?? "", "billing-records": records[0]?.id ?? "" };
  };
  const key = async (role: Caller["role"], scope: object = {}) =>
    (await system.keys.create({ name: `the ${role}`, role, ...scope }, { by })).token;
  return {
    api,
    ids: { acme: { ...ids.acme, ...(await bills("acme")) }, zebra: { ...ids.zebra, ...(await bills("zebra")) } },
    tokens: {
      account: await key("account", { account_id: "acme-id" }),
      "domain-admin": await key("domain-admin", { domain: "ROOT/acme" }),
      producer: await key("producer", { sources: ["cloud/zone-1", "surf"] }),
      auditor: await key("auditor"),
      finance: await key("finance"),
      admin: api.admin,
    },
  };
}

async function makeTenant({ system, call }: TestApi, name: "acme" | "zebra"): Promise<Record<string, string>> {
  const account_id = `${name}-id`;
  const domain = `ROOT/${name}`;
  const ok = async (method: "POST" | "PUT", url: string, body: unknown): Promise<Record<string, unknown>> => {
    const answer = await call(method, url, body);
    if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.body}`);
    return answer.json();
  };
  await ok("POST", "/v1/accounts", { account_id, name: `${name} inc`, domain, payment: "prepaid" });
  const user = await ok("POST", "/v1/users", { account_id, username: `${name}-jan` });
  const domains = await ok("POST", "/v1/domains", {
    name: `${name}-labs`,
    parent_domain_id: (await system.domains.byPath(domain))?.domain_id,
  });
  const seen = { account_id, account: `${name} inc`, domain, resource: `${name}-vm`, name: `${name}-web` };
  await ok("POST", "/v1/events", [
    event(`${name}-1`, "VM.START", "2026-10-01T00:00:00Z", seen),
    event(`${name}-2`, "VM.EXPLODE", "2026-10-01T00:00:00Z", seen),
    // Closes nothing: a finding.
    event(`${name}-3`, "VOLUME.DELETE", "2026-10-01T06:00:00Z", { ...seen, resource: `${name}-disk` }),
  ]);
  const paid = { payer_account_id: account_id, currency: "EUR" };
  const thresholds = [{ percent: "1", of: "actual" }];
  await ok("POST", "/v1/budgets", { budget_id: `${name}-month`, ...paid, amount: "1", thresholds });
  await ok("POST", "/v1/credits", {
    credit_id: `${name}-credit`,
    ...paid,
    kind: "promotion",
    amount: "1.00",
    note: name,
  });
  await ok("POST", "/v1/payments", { payment_id: `${name}-bank`, ...paid, amount: "5.00" });
  await ok("POST", "/v1/refunds", { refund_id: `${name}-back`, ...paid, amount: "1.00" });
  await ok("PUT", `/v1/accounts/${account_id}/balance-threshold`, { low: "3.00" });
  const [quarantined] = (await system.quarantine.list({ after_id: "", limit: 100 })).filter(({ raw }) =>
    raw.includes(`${name}-2`),
  );
  return {
    accounts: account_id,
    users: String(user["user_id"]),
    domains: String(domains["domain_id"]),
    budgets: `${name}-month`,
    credits: `${name}-credit`,
    events: `cloud%2Fzone-1/${name}-1`,
    quarantine: quarantined?.quarantine_id ?? "",
  };
}
