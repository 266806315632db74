import type { FastifyInstance } from "fastify";
import { buildApp } from "../../../api/app.ts";
import { dashboardRoutes } from "../../../api/dashboard/dashboard-routes.ts";
import type { TestClock } from "../../../core/clock.ts";
import type { System } from "../../../api/system.ts";
import { silentLog } from "../../../core/log.ts";
import { at } from "../../at.ts";
import { openTestSystem } from "../../test-system.ts";

/** A name that would run where it is taken for markup, and is too long for a line. */
export const hostile = `<img src=x onerror="alert(1)">&' of a rather long name that goes on without end`;

/** Two payers and what they used, billed, on a server with the dashboard. */
export interface World {
  readonly system: System;
  readonly app: FastifyInstance;
  readonly url: string;
  readonly clock: TestClock;
  /** Tokens of readers; `customer` is acme's, `manager` that of its domain, in which it is alone. */
  readonly tokens: Readonly<Record<"admin" | "finance" | "auditor" | "customer" | "manager", string>>;
  /** The statements of acme and of beta for October. */
  readonly statement_id: string;
  readonly beta_statement_id: string;
  close(): Promise<void>;
}

const by = "test";

/**
 * Noon of 2 November 2026. acme: a machine of `small`, 0.50 an hour, from 1 October 00:00 to 3 October 12:00 (60 h = 30.00), one of `large`,
 * which has no price, for 2 h on the fifth, and in September 10 h of `small` (5.00). beta: 100 h of `small` from 10 October on (50.00).
 */
export async function openWorld(): Promise<World> {
  const { system, clock, close } = await openTestSystem(at("2026-11-02T12:00:00Z"));
  const lives: [string, string, string, string, string][] = [
    ["VM.START", "2026-09-10T00:00:00Z", "acme", "vm-0", "small"],
    ["VM.STOP", "2026-09-10T10:00:00Z", "acme", "vm-0", "small"],
    ["VM.START", "2026-10-01T00:00:00Z", "acme", "vm-1", "small"],
    ["VM.STOP", "2026-10-03T12:00:00Z", "acme", "vm-1", "small"],
    ["VM.START", "2026-10-05T00:00:00Z", "acme", "vm-2", "large"],
    ["VM.STOP", "2026-10-05T02:00:00Z", "acme", "vm-2", "large"],
    ["VM.START", "2026-10-10T00:00:00Z", "beta", "vm-3", "small"],
    ["VM.STOP", "2026-10-14T04:00:00Z", "beta", "vm-3", "small"],
  ];
  const messages = lives.map(([type, time, account_id, resource, offering], index) => {
    const data = { account_id, account: account_id === "acme" ? hostile : "beta", resource, offering };
    const value = { specversion: "1.0", id: `e${index}`, source: "cloud/zone-1", type, time, data };
    return { value, raw: () => JSON.stringify(value) };
  });
  const refused = {
    specversion: "1.0",
    id: "bad",
    source: "cloud/zone-1",
    type: "VM.START",
    time: "2026-10-01T00:00:00Z",
    data: { account_id: "acme" },
  };
  await system.ingest.accept([...messages, { value: refused, raw: () => JSON.stringify(refused) }], by);
  await system.accounts.put({ account_id: "acme", name: hostile, domain: "ROOT/acme" }, { by });
  await system.accounts.put({ account_id: "beta", name: "beta" }, { by });
  const tariff = {
    tariff_id: "vm",
    name: "Machine",
    usage_type: 1,
    currency: "EUR",
    unit: "hour" as const,
    model: "per_unit" as const,
    rate: "0.50",
    condition: 'offering == "small"',
  };
  await system.rateCards.put("default", { name: "Test", currency: "EUR", tariffs: [tariff] }, by);
  await system.aggregate({ until: at("2026-11-02T00:00:00Z") });
  for (const period of ["2026-09", "2026-10"]) await system.rate({ period });
  const found = await system.statements.list({ period: "2026-10", limit: 10 });
  const statementOf = (payer: string): string => found.find((one) => one.payer_account_id === payer)?.id ?? "";

  const keyOf = async (key: Parameters<typeof system.keys.create>[0]) => (await system.keys.create(key, { by })).token;
  const tokens = {
    admin: await keyOf({ name: "ada", role: "admin" }),
    finance: await keyOf({ name: "fin", role: "finance" }),
    auditor: await keyOf({ name: "aud", role: "auditor" }),
    customer: await keyOf({ name: "cus", role: "account", account_id: "acme" }),
    manager: await keyOf({ name: "man", role: "domain-admin", domain: "ROOT/acme" }),
  };
  const app = await buildApp(system, { log: silentLog });
  await app.register(async (scope: FastifyInstance) => dashboardRoutes(scope, { clock }));
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    system,
    clock,
    app,
    url,
    tokens,
    statement_id: statementOf("acme"),
    beta_statement_id: statementOf("beta"),
    close: async () => {
      await app.close();
      await close();
    },
  };
}
