// Every route and every command × every caller, on a real server with the data of two customers; api/ACCESS.md is what came of it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commandRules, dataDirectory, mayUse, routeRules } from "../../../api/access/rules.ts";
import { createCli } from "../../../api/cli/cli.ts";
import { standardOutput } from "../../../api/cli/output.ts";
import { createProgram, nameOf } from "../../../api/cli/program.ts";
import { systemClock } from "../../../core/clock.ts";
import type { Document } from "../check-answer.ts";
import { accessPage } from "./access-page.ts";
import { measureCommands, measureForeign } from "./command-matrix.ts";
import { openRecorder, type Recorder } from "./recorder.ts";
import { type CallerName, callers, isScoped, openTenants, type Tenants } from "./tenants.ts";

let on: Tenants;
let url: string;
let recorder: Recorder;
const folder = mkdtempSync(join(tmpdir(), "tally-matrix-"));
const rows: { routes: string[]; commands: string[] } = { routes: [], commands: [] };
let operations: { method: string; path: string; operation: string; isOpen: boolean }[];

beforeAll(async () => {
  on = await openTenants();
  url = await on.api.app.listen({ port: 0, host: "127.0.0.1" });
  recorder = await openRecorder(url);
  const { paths } = on.api.app.swagger() as unknown as Document;
  // The commands behind CloudStack's endpoint have callers of their own kind: test/api/cloudstack/commands.test.ts.
  const own = Object.entries(paths).filter(([path]) => path !== "/client/api");
  operations = own.flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { operationId: string; security?: unknown[] }>).map(
      ([method, { operationId: operation, security }]) => ({
        method: method.toUpperCase(),
        path,
        operation,
        isOpen: security !== undefined,
      }),
    ),
  );
}, 180_000);
afterAll(async () => {
  recorder?.close();
  await on.api.close();
  rmSync(folder, { recursive: true, force: true });
});

const october = "from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z";
const queries: Readonly<Record<string, string>> = {
  listUsageRecords: october,
  summarizeUsage: `${october}&group_by=account,resource`,
  listBillingRecords: "period=2026-10",
  summarizeBilling: "to_period=2026-10&group_by=account_id",
  listStatements: "period=2026-10",
  forecastPeriod: "period=2026-10",
};
/** A forecast is three dry runs: whether one may ask is seen as well where it is refused, for a month that has not begun. */
const cheap = (path: string): string => path.replace("forecast?period=2026-10", "forecast?period=2027-01");

/** An address with what is of one customer in it; `none`: with what nobody has, so that nothing is changed. */
function addressOf({ path, operation }: { path: string; operation: string }, of: "acme" | "zebra" | "none"): string {
  const [, , noun = ""] = path.split("/");
  const id = of === "none" ? "none" : (on.ids[of][noun] ?? "none");
  const filled = path
    .replace("{source}/{id}", id.includes("/") ? id : "none/none")
    .replace("{id}", id.replaceAll("/", "%2F"))
    .replace("{line}", "1")
    .replace("{period}", of === "none" ? "2026-13" : "2026-10")
    .replaceAll(/\{\w+\}/g, "none");
  const query = queries[operation];
  return query === undefined ? filled : `${filled}?${query}`;
}

async function ask(method: string, path: string, caller: CallerName): Promise<{ status: number; body: string }> {
  const authorization: Record<string, string> =
    caller === "anonymous" ? {} : { authorization: `Bearer ${on.tokens[caller]}` };
  const body = method === "POST" || method === "PUT" ? { body: '{"nonsense":true}' } : {};
  const type: Record<string, string> =
    method === "POST" || method === "PUT" ? { "content-type": "application/json" } : {};
  const answer = await fetch(new URL(path, url), { method, headers: { ...authorization, ...type }, ...body });
  return { status: answer.status, body: await answer.text() };
}

test("each caller gets into the routes its role may use, and into no other", async () => {
  for (const one of operations.toSorted((a, b) => (a.operation < b.operation ? -1 : 1))) {
    const reads = one.method === "GET";
    const cells: string[] = [];
    for (const caller of callers) {
      const { status, body } = await ask(one.method, cheap(addressOf(one, reads ? "acme" : "none")), caller);
      const isIn = status !== 401 && status !== 403;
      const may = one.isOpen || (caller !== "anonymous" && mayUse(caller, one.operation));
      // Signing in is open, and says 400 or 401 of what it is given.
      if (one.operation !== "openSession")
        expect(isIn, `${caller} ${one.method} ${one.path}: ${status} ${body}`).toBe(may);
      if (!isIn) expect(status, `${caller} ${one.operation}`).toBe(caller === "anonymous" ? 401 : 403);
      expect(status, `${caller} ${one.operation}: ${body}`).toBeLessThan(500);
      cells.push(isIn ? (isScoped(caller) && reads && !one.isOpen ? "own" : "yes") : "no");
    }
    rows.routes.push(`| ${one.method} | \`${one.path}\` | ${cells.join(" | ")} |`);
  }
}, 180_000);

test("no answer to a customer has a byte of another one, in lists, of ids, and of filters", async () => {
  const seen = { lists: 0, own: 0, foreign: 0 };
  for (const caller of ["account", "domain-admin", "producer"] as const) {
    for (const one of operations.filter(({ method, isOpen }) => method === "GET" && !isOpen)) {
      const asked = addressOf(one, "acme");
      const own = await ask("GET", caller === "account" ? asked : cheap(asked), caller);
      expect(own.body.toLowerCase(), `${caller} ${one.operation}`).not.toContain("zebra");
      if (own.status === 200) seen[one.path.includes("{") ? "own" : "lists"] += 1;
      const path = addressOf(one, "zebra");
      if (path === addressOf(one, "acme")) continue;
      const foreign = await ask("GET", path, caller);
      expect([403, 404], `${caller} ${path}: ${foreign.body}`).toContain(foreign.status);
      const id =
        Object.values(on.ids.zebra).find(
          (given) => path.includes(given.replaceAll("/", "%2F")) || path.includes(given),
        ) ?? "";
      const echoed = [id, decodeURIComponent(id), ...decodeURIComponent(id).split("/").slice(-1)];
      const left = echoed.reduce((text, given) => text.replaceAll(given, ""), foreign.body.toLowerCase());
      expect(left, `${caller} ${path}`).not.toContain("zebra");
      seen.foreign += 1;
    }
    for (const path of [
      `/v1/usage-records?${october}&account_id=zebra-id`,
      `/v1/usage-summary?${october}&account_id=acme-id&account_id=zebra-id`,
      "/v1/billing-records?period=2026-10&account_id=zebra-id",
      "/v1/statements?period=2026-10&account_id=zebra-id",
      "/v1/balances?account_id=zebra-id",
      "/v1/ledger?payer_account_id=zebra-id",
      "/v1/balance-notices?payer_account_id=zebra-id",
      "/v1/credits?payer_account_id=zebra-id",
      "/v1/payments?payer_account_id=zebra-id",
      "/v1/refunds?payer_account_id=zebra-id",
      "/v1/forecast?period=2026-10&account_id=zebra-id",
      "/v1/forecast?period=2026-10&payer_account_id=zebra-id",
    ]) {
      const { status, body } = await ask("GET", path, caller);
      expect(status, `${caller} ${path}: ${body}`).toBe(caller === "producer" ? 403 : 404);
    }
    for (const path of [
      "/v1/billing-records?period=2026-10&payer_account_id=zebra-id",
      "/v1/billing-summary?to_period=2026-10&payer_account_id=zebra-id",
      "/v1/billing-summary?to_period=2026-10&account_id=zebra-id",
      "/v1/users?account_id=zebra-id",
    ]) {
      const { status, body } = await ask("GET", path, caller);
      if (caller === "producer") expect(status).toBe(403);
      else expect(JSON.parse(body), `${caller} ${path}`).toMatchObject({ data: [] });
    }
    for (const format of ["pdf", "html", "csv", "ubl", "json"]) {
      const path = `/v1/statements/${on.ids.zebra["statements"]}?format=${format}`;
      expect((await ask("GET", path, caller)).status, `${caller} ${path}`).toBe(caller === "producer" ? 403 : 404);
    }
  }
  // What is not there could not be seen either: each of both has its own.
  expect(seen.lists).toBeGreaterThan(30);
  expect(seen.own).toBeGreaterThan(20);
  expect(seen.foreign).toBeGreaterThan(30);
}, 180_000);

test("what customers may see of themselves is there, and staff sees both", async () => {
  const lists = operations.filter(
    ({ method, operation, path }) =>
      method === "GET" && !path.includes("{") && routeRules[operation]?.includes("account"),
  );
  for (const one of lists) {
    const path = addressOf(one, "acme");
    if (["listUsageTypes", "getSession", "forecastPeriod"].includes(one.operation)) continue;
    const own = await ask("GET", path, "account");
    expect(own.status, `${path}: ${own.body}`).toBe(200);
    expect(own.body, `account ${path}`).toContain("acme");
    expect((await ask("GET", path, "domain-admin")).body, `domain-admin ${path}`).toContain("acme");
    const staff = await ask("GET", path, "auditor");
    expect(staff.body, `auditor ${path}`).toContain("acme");
    expect(staff.body, `auditor ${path}`).toContain("zebra");
  }
}, 180_000);

test("a payer sees the accounts it pays for on its statements, and not in its lists", async () => {
  const { api } = on;
  await api.call("POST", "/v1/accounts", { account_id: "child-id", payer_account_id: "acme-id", domain: "ROOT/child" });
  const { token } = await api.system.keys.create(
    { name: "child", role: "account", account_id: "child-id" },
    { by: "test" },
  );
  const headers = { authorization: `Bearer ${token}` };
  expect((await api.call("GET", "/v1/statements?period=2026-10", undefined, headers)).json()).toMatchObject({
    data: [],
  });
  expect((await api.call("GET", `/v1/statements/${on.ids.acme["statements"]}`, undefined, headers)).statusCode).toBe(
    404,
  );
  const accounts = (await ask("GET", "/v1/accounts", "account")).body;
  expect(accounts).toContain("acme-id");
  expect(accounts).not.toContain("child-id");
});

test("a producer posts events of its sources alone: of another one nothing of the batch is stored, and the source is named", async () => {
  const { api, tokens } = on;
  const headers = { authorization: `Bearer ${tokens.producer}` };
  const stored = async () => {
    const result = await api.system.store.read.query({
      query: "SELECT (SELECT count() FROM event) + (SELECT count() FROM quarantine) AS n",
      format: "JSONEachRow",
    });
    return result.text();
  };
  const data = { account_id: "acme-id", resource: "vm-9" };
  const of = (id: string, source: string, more: object = {}) => ({
    specversion: "1.0",
    id,
    source,
    type: "VM.START",
    time: "2026-10-02T01:00:00Z",
    data,
    ...more,
  });
  const original = { source: "cloud/zone-2", id: "1" };
  const before = await stored();
  for (const body of [
    [of("p1", "cloud/zone-1"), of("p2", "cloud/zone-2")],
    [
      of("p3", "cloud/zone-1", {
        type: "tally.event.retracted",
        data: { ...data, original, revision: 1, by: "x", why: "y" },
      }),
    ],
    [of("p4", "cloud/zone-1/"), of("p5", "CLOUD/ZONE-1")],
  ]) {
    for (const path of ["/v1/events", "/v1/events/check"]) {
      const answer = await api.call("POST", path, body, headers);
      expect(answer.json(), answer.body).toMatchObject({ status: 403, field: "source" });
      expect(answer.json<{ detail: string }>().detail).toMatch(/"cloud\/zone-2"|"cloud\/zone-1\/"/);
    }
  }
  const list = { source: "cloud/zone-2", at: "2026-10-02T00:00:00Z", complete_for: [], resources: [] };
  expect((await api.call("POST", "/v1/inventory", list, headers)).json()).toMatchObject({
    status: 403,
    field: "source",
  });
  expect(await stored()).toBe(before);
  expect((await api.call("POST", "/v1/events", [of("p1", "cloud/zone-1")], headers)).json()).toMatchObject({
    accepted: 1,
  });
});

test("every request that would change something left a line in the audit log, and so did each refusal", async () => {
  const { data } = (await on.api.call("GET", "/v1/audit?limit=1000")).json<{
    data: { operation: string; status: number }[];
  }>();
  const more = async (operation: string) =>
    (await on.api.call("GET", `/v1/audit?limit=5&operation=${operation}`)).json<{ data: { status: number }[] }>().data;
  expect(data.length).toBeGreaterThan(300);
  const unwritten = new Set(["postEvents", "checkEvents", "previewRates"]);
  for (const { method, operation } of operations) {
    if (method === "GET" || unwritten.has(operation)) continue;
    expect(await more(operation), operation).not.toHaveLength(0);
  }
});

test("each caller gets done with each command what its role may and nothing else, and a command asks what its line names", async () => {
  rows.commands.push(...(await measureCommands(on, { recorder, folder })));
}, 180_000);

test("a command whose work may go on after its answer may ask how far it is", () => {
  type Described = { operationId: string; responses: Record<string, unknown> };
  const { paths } = on.api.app.swagger() as unknown as { paths: Record<string, Record<string, Described>> };
  const long = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .filter(({ responses }) => JSON.stringify(responses["202"] ?? "").includes("schemas/Operation"))
    .map(({ operationId }) => operationId);
  expect(long).toContain("closePeriod");
  for (const [name, line] of Object.entries(commandRules))
    if (line !== dataDirectory && line.some((of) => long.includes(of)))
      expect(line, `tally ${name}`).toContain("getOperation");
});
test("a customer's command that names another customer says nothing of it", async () => {
  await measureForeign(on, { recorder, folder });
}, 60_000);

test("every command has a line in the table, and every line is of a command", () => {
  const known = namesOf(createProgram(createCli({ output: standardOutput, clock: systemClock })));
  const lines = Object.keys(commandRules);
  expect(known.commands.filter((name) => !lines.includes(name))).toEqual([]);
  expect(lines.filter((name) => !known.commands.includes(name) && !known.groups.includes(name))).toEqual([]);
});

/** Those that are run, and those that gather others; `archive` is both. */
function namesOf(command: Command): { commands: string[]; groups: string[] } {
  const below = command.commands.map(namesOf);
  const name = nameOf(command);
  return {
    commands: [...(below.length === 0 ? [name] : []), ...below.flatMap(({ commands }) => commands)],
    groups: [...(below.length === 0 ? [] : [name]), ...below.flatMap(({ groups }) => groups)],
  };
}

test("the page of access says who may what", async () => {
  await expect(accessPage(rows)).toMatchFileSnapshot("../../../api/ACCESS.md");
});
