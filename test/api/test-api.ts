import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import { buildApp } from "../../api/app.ts";
import { ensureAdminToken } from "../../api/access/keys.ts";
import type { Role } from "../../api/access/roles.ts";
import type { System } from "../../api/system.ts";
import type { TestClock } from "../../core/clock.ts";
import type { InstantMs } from "../../core/instant.ts";
import { type Log, silentLog } from "../../core/log.ts";
import { at } from "../at.ts";
import { openTestSystem } from "../test-system.ts";
import { checkAnswer } from "./check-answer.ts";

/** A request with the admin's token, unless it brings headers of its own. */
export type Call = (
  method: "GET" | "POST" | "PUT" | "DELETE" | "PATCH",
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<LightMyRequestResponse>;

export interface TestApi {
  readonly app: FastifyInstance;
  readonly system: System;
  readonly clock: TestClock;
  readonly admin: string;
  readonly call: Call;
  tokenOf(role: Role): Promise<string>;
  close(): Promise<void>;
}

/** Whoever made the keys of a test. */
const by = "test";

/** Noon of 2 October 2026, UTC: the clock of every API test until it is moved. */
const noon = at("2026-10-02T12:00:00Z");

/** The application on an engine of its own; every JSON answer is held to what openapi.json promises of it. */
export async function openTestApi({
  log = silentLog,
  given = "test-admin-token",
  now = noon,
  smtp_url = null,
}: { log?: Log; given?: string | null; now?: InstantMs; smtp_url?: string | null } = {}): Promise<TestApi> {
  const { system, clock, close } = await openTestSystem(now, { smtp_url, log });
  const admin = (await ensureAdminToken(system.keys, given)) ?? given ?? "";
  const app = await buildApp(system, { log });
  await app.ready();
  const call: Call = async (method, url, body, headers = { authorization: `Bearer ${admin}` }) => {
    const options: InjectOptions = { method, url, headers };
    const response = await app.inject(body === undefined ? options : { ...options, payload: body as string | object });
    checkAnswer(app, { method, url }, response);
    return response;
  };
  return {
    app,
    system,
    clock,
    admin,
    call,
    tokenOf: async (role) => {
      const scope = role === "producer" ? { sources: ["*"] } : role === "domain-admin" ? { domain: "ROOT/acme" } : {};
      if (role !== "account") return (await system.keys.create({ name: role, role, ...scope }, { by })).token;
      await system.accounts.put({ account_id: "acme-id", domain: "ROOT/acme" }, { by });
      return (await system.keys.create({ name: role, role, account_id: "acme-id" }, { by })).token;
    },
    close: async () => {
      await app.close();
      await close();
    },
  };
}

/** An event of the message contract, with what the test says otherwise. */
export function event(id: string, type: string, time: string, data: Record<string, unknown> = {}) {
  const labels = {
    account_id: "acme-id",
    account: "acme",
    domain: "ROOT/acme",
    zone: "z1",
    resource: "vm-1",
    offering: "small",
    template: "debian-12",
  };
  return { specversion: "1.0", id, source: "cloud/zone-1", type, time, data: { ...labels, ...data } };
}
