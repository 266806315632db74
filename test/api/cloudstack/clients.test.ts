// Clients as they are published, against the server: each with the right signature, a wrong one, one that has expired, and another account's key.
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../core/clock.ts";
import { formatInstant, instant } from "../../../core/instant.ts";
import {
  askAsClients,
  type ClientCase,
  clientsNote,
  generateOpenApi,
  installClients,
  skipClients,
} from "../../services/cloudstack-clients.ts";
import { event } from "../test-api.ts";
import { type ClientApi, type Credentials, openClientApi } from "./asking.ts";

const DAY_MS = 86_400_000;
const today = Math.floor(systemClock.now() / DAY_MS) * DAY_MS;
/** A whole day that is published. */
const day = formatInstant(instant(today - 3 * DAY_MS)).slice(0, 10);

let api: ClientApi;
let endpoint: string;
let acme: Credentials;
let other: Credentials;

beforeAll(async () => {
  api = await openClientApi({ now: systemClock.now() });
  const { system } = api;
  for (const [account_id, name] of [
    ["acme-id", "acme"],
    ["other-id", "other"],
  ] as const) {
    await system.accounts.put({ account_id, name, domain: `ROOT/${name}` }, { by: "test" });
    const started = event(`start-${name}`, "VM.START", `${day}T06:00:00Z`, {
      account_id,
      resource: `vm-${name}`,
      name: `web (${name}) *~`,
    });
    await api.send([started]);
  }
  await system.accounts.put({ account_id: "project-id", name: "rocket", kind: "project" }, { by: "test" });
  await system.aggregate({ until: instant(today) });
  acme = await api.keyOf({ role: "account", account_id: "acme-id" });
  other = await api.keyOf({ role: "account", account_id: "other-id" });
  await api.app.listen({ host: "127.0.0.1", port: 0 });
  endpoint = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}/client/api`;
}, 60_000);
afterAll(() => api.close());

const dates = { startdate: day, enddate: day };
const expired = { signatureVersion: "3", expires: "2020-01-01T00:00:00+0000" };
/** 06:00-24:00 of the day: 64,800,000 ms, 18 hours. */
const ofAcme = { account: "acme", usagetype: 1, rawusage: "18", usage: "18 Hrs", usageid: "vm-acme" };
const refusal = "unable to verify user credentials and/or request signature";

interface CsClient {
  execute(
    command: string,
    params: object,
    done: (error: (Error & { code: number }) | null, answer: unknown) => void,
  ): void;
  on(event: "ready", then: () => void): void;
}
const CsClient = createRequire(import.meta.url)("csclient") as new (options: object) => CsClient;

describe("csclient", () => {
  const ask = async (
    { apiKey, secretKey }: Credentials,
    command: string,
    params: object = {},
    options: object = {},
  ) => {
    const client = new CsClient({ apiKey, secretKey, baseUrl: `${endpoint}?`, ...options });
    await new Promise<void>((resolve) => client.on("ready", resolve));
    return new Promise<{ ok?: unknown; refused?: number; text?: string }>((resolve) =>
      // It writes into what it is given.
      client.execute(command, { ...params }, (error, answer) =>
        resolve(error === null ? { ok: answer } : { refused: error.code, text: error.message }),
      ),
    );
  };

  test("lists the usage of its account, and learns by listApis which commands are asynchronous", async () => {
    const { ok } = await ask(acme, "listUsageRecords", dates, { singleExecutor: true });
    expect(ok).toMatchObject({ listusagerecordsresponse: { count: 1, usagerecord: [ofAcme] } });
  });

  test("hears 401 for a wrong secret and for another account's key", async () => {
    for (const secretKey of ["wrong", other.secretKey])
      expect(await ask({ ...acme, secretKey }, "listUsageRecords", dates)).toEqual({ refused: 401, text: refusal });
  });

  test("hears 401 once its signature has expired", async () => {
    // It signs for five minutes.
    const now = api.clock.now();
    api.clock.set(instant(now + 6 * 60_000));
    try {
      expect(await ask(acme, "listUsageTypes")).toEqual({ refused: 401, text: refusal });
    } finally {
      api.clock.set(now);
    }
  });

  test("is told 531 for the usage of another account", async () => {
    const asked = await ask(acme, "listUsageRecords", { ...dates, accountid: "other-id" });
    expect(asked).toEqual({ refused: 531, text: "Invalid Domain Id or Account" });
  });
});

describe.skipIf(skipClients)(`the clients from PyPI${clientsNote}`, () => {
  beforeAll(installClients, 300_000);
  const of = (client: "cs" | "libcloud", as: Credentials, rest: Partial<ClientCase> = {}): ClientCase => ({
    client,
    key: as.apiKey,
    secret: as.secretKey,
    command: "listUsageRecords",
    params: dates,
    ...rest,
  });

  test.each(["cs", "libcloud"] as const)(
    "%s: right, wrong and expired signature, another account's key",
    async (client) => {
      const [right, wrong, foreign, late, others, missing] = await askAsClients(endpoint, [
        of(client, acme),
        of(client, { ...acme, secretKey: "wrong" }),
        of(client, { ...acme, secretKey: other.secretKey }),
        of(client, acme, { params: { ...dates, ...expired } }),
        of(client, acme, { params: { ...dates, accountid: "other-id" } }),
        of(client, acme, { params: { enddate: day } }),
      ]);
      expect(right?.ok).toMatchObject({ count: 1, usagerecord: [ofAcme] });
      for (const answer of [wrong, foreign, late]) expect(answer).toMatchObject({ refused: 401 });
      expect(others).toEqual({ refused: 531, text: "Invalid Domain Id or Account" });
      expect(missing).toEqual({
        refused: 431,
        text: "Unable to execute API command listusagerecords due to missing parameter startdate",
      });
    },
  );

  test("cs: the same by POST, letters that need encoding, pages to the end, and an empty list", async () => {
    const keyword = "a b+c*d~e/f&g=ü";
    const [posted, odd, pages, none] = await askAsClients(endpoint, [
      of("cs", acme, { method: "post" }),
      of("cs", acme, { method: "post", params: { ...dates, keyword } }),
      of("cs", api.root, { command: "listUsageTypes", params: { fetch_list: "true" } }),
      of("cs", acme, { params: { ...dates, type: "6" } }),
    ]);
    expect(posted?.ok).toMatchObject({ count: 1, usagerecord: [ofAcme] });
    expect(odd?.ok).toMatchObject({ count: 1 });
    expect(pages?.ok).toHaveLength(api.system.usageTypes.list().length);
    expect(none?.ok).toEqual({});
  });

  test("libcloud: zones and projects by its own driver", async () => {
    const [zones, projects] = await askAsClients(endpoint, [
      of("libcloud", api.root, { command: "list_locations" }),
      of("libcloud", api.root, { command: "ex_list_projects" }),
    ]);
    expect(zones).toEqual({ ok: ["z1"] });
    expect(projects).toEqual({ ok: ["rocket"] });
  });

  test("cloudstack-openapi-ngine: describes what the caller may do, and no more", async () => {
    const [all, own] = [await generateOpenApi(endpoint, api.root), await generateOpenApi(endpoint, acme)];
    const operations = (document: Record<string, unknown>): string[] =>
      Object.values(document["paths"] as Record<string, Record<string, { operationId: string }>>).flatMap((path) =>
        Object.values(path).map(({ operationId }) => operationId),
      );
    expect(operations(all)).toEqual(
      expect.arrayContaining(["listUsageRecords", "updateConfiguration", "generateUsageRecords"]),
    );
    expect(operations(own)).toContain("listUsageRecords");
    expect(operations(own)).not.toContain("updateConfiguration");
    expect(all["info"]).toMatchObject({ version: "4.20.0.0" });
  });
});
