// The commands around usage: who may give which, and what they answer; the integration port.
import { get } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commands } from "../../../api/cloudstack/registry.ts";
import { openIntegrationPort } from "../../../api/cloudstack/integration-port.ts";
import { silentLog } from "../../../core/log.ts";
import type { Role } from "../../../api/access/roles.ts";
import { at } from "../../at.ts";
import { event } from "../test-api.ts";
import type { AuditLine } from "../../../api/access/audit.ts";
import { type ClientApi, type Credentials, openClientApi, signedQuery } from "./asking.ts";

let api: ClientApi;
const keys = new Map<Role, Credentials>();
const by = { by: "test" };

beforeAll(async () => {
  api = await openClientApi({ now: at("2026-10-02T12:00:00Z") });
  const { system } = api;
  await system.accounts.put({ account_id: "acme-id", name: "acme", domain: "ROOT/acme" }, by);
  await system.accounts.put({ account_id: "other-id", name: "other", domain: "ROOT/other" }, by);
  await system.accounts.put({ account_id: "rocket-id", name: "rocket", domain: "ROOT/acme", kind: "project" }, by);
  await system.users.put({ account_id: "acme-id", username: "ann", first_name: "Ann" }, by);
  await system.users.put({ account_id: "other-id", username: "bob" }, by);
  for (const account_id of ["acme-id", "other-id"]) {
    const resource = `vm-of-${account_id}`;
    await api.call("POST", "/v1/events", [
      event(`start-${account_id}`, "VM.START", "2026-10-01T06:00:00Z", {
        account_id,
        resource,
        name: `web of ${account_id}`,
      }),
      event(`stop-${account_id}`, "VM.STOP", "2026-10-01T07:00:00.500Z", { account_id, resource }),
    ]);
  }
  await system.aggregate({ until: at("2026-10-02T00:00:00Z") });
  keys.set("admin", api.root);
  keys.set("finance", await api.keyOf({ role: "finance" }));
  keys.set("auditor", await api.keyOf({ role: "auditor" }));
  keys.set("producer", await api.keyOf({ role: "producer", sources: ["cloud/zone-1"] }));
  keys.set("domain-admin", await api.keyOf({ role: "domain-admin", domain: "ROOT/acme" }));
  keys.set("account", await api.keyOf({ role: "account", account_id: "acme-id" }));
}, 60_000);
afterAll(() => api.close());

const as = (role: Role): Credentials => keys.get(role) ?? api.root;
const items = async (command: string, name: string, parameters: Record<string, string> = {}, role: Role = "admin") =>
  ((await api.answerOf(command, parameters, as(role)))[name] ?? []) as Record<string, unknown>[];
const dates = { startdate: "2026-10-01", enddate: "2026-10-01" };

interface Api {
  readonly name: string;
  readonly isasync: boolean;
  readonly params: readonly {
    readonly name: string;
    readonly type: string;
    readonly required: boolean;
    readonly length: number;
  }[];
  readonly response: readonly { readonly name: string; readonly type: string }[];
}

test("listApis tells each caller just the commands it may give, and every other is refused it", async () => {
  for (const [role, key] of keys) {
    const told = ((await api.answerOf("listApis", { listall: "true" }, key))["api"] as Api[]).map(({ name }) => name);
    const may = commands.filter(({ roles }) => roles.includes(role)).map(({ name }) => name);
    expect(told, role).toEqual(may);
    for (const { name } of commands.filter((command) => !command.roles.includes(role)))
      expect((await api.ask(name, { ...dates, interval: "1", name: "x" }, key)).statusCode, `${role} ${name}`).toBe(
        401,
      );
  }
  expect(
    commands.filter(({ changes, roles }) => changes && roles.length < 6).every(({ roles }) => roles.join() === "admin"),
  ).toBe(true);
});

test("listApis describes parameters and answers, which hold in the answers themselves", async () => {
  const apis = (await api.answerOf("listApis"))["api"] as Api[];
  const usage = apis.find(({ name }) => name === "listUsageRecords");
  expect(usage?.params).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: "startdate", type: "date", required: true, length: 255 }),
      expect.objectContaining({ name: "isrecursive", type: "boolean", required: false, since: "4.15" }),
      expect.objectContaining({ name: "pagesize", type: "integer", required: false }),
    ]),
  );
  expect(apis.every(({ isasync }) => !isasync)).toBe(true);
  for (const { name, params, response } of apis) {
    if (params.some(({ required }) => required) && name !== "listUsageRecords") continue;
    if (/^(login|logout|generateUsageRecords)$/.test(name)) continue;
    const body = await api.answerOf(name, name === "listUsageRecords" ? dates : {});
    const shown = Object.entries(body)
      .filter(([key]) => key !== "count")
      .flatMap(([, value]) => value);
    const known = new Set(response.map((field) => field.name));
    for (const item of shown as Record<string, unknown>[])
      expect(
        Object.keys(item).filter((field) => !known.has(field)),
        name,
      ).toEqual([]);
  }
  const [one] = (await api.answerOf("listApis", { name: "listusagetypes" }))["api"] as Api[];
  expect(one?.name).toBe("listUsageTypes");
  expect((await api.ask("listApis", { name: "listNothing" })).statusCode).toBe(432);
});

test("lists of accounts, projects, domains, users, zones and events are the caller's own", async () => {
  const named = async (command: string, name: string, field: string, role: Role) =>
    (await items(command, name, {}, role)).map((item) => String(item[field])).toSorted();
  expect(await named("listAccounts", "account", "id", "admin")).toEqual(["acme-id", "other-id", "rocket-id"]);
  expect(await named("listAccounts", "account", "id", "domain-admin")).toEqual(["acme-id", "rocket-id"]);
  expect(await named("listAccounts", "account", "id", "account")).toEqual(["acme-id"]);
  expect(await named("listProjects", "project", "name", "domain-admin")).toEqual(["rocket"]);
  expect(await named("listProjects", "project", "name", "account")).toEqual([]);
  expect(await named("listDomains", "domain", "path", "admin")).toEqual(["ROOT", "ROOT/acme", "ROOT/other"]);
  expect(await named("listDomains", "domain", "path", "domain-admin")).toEqual(["ROOT/acme"]);
  expect(await named("listUsers", "user", "username", "admin")).toEqual(["ann", "bob"]);
  expect(await named("listUsers", "user", "username", "account")).toEqual(["ann"]);
  expect(await named("listZones", "zone", "id", "account")).toEqual(["z1"]);
  expect(await named("listEvents", "event", "resourceid", "account")).toEqual(["vm-of-acme-id", "vm-of-acme-id"]);
  expect(await named("listEvents", "event", "type", "admin")).toEqual(["VM.START", "VM.START", "VM.STOP", "VM.STOP"]);
  expect(await items("listEvents", "event", { account: "other" }, "account")).toEqual([]);
  // A date has whole seconds: the event of 07:00:00.5 is in that second.
  const until = { startdate: "2026-10-01 07:00:00", enddate: "2026-10-01 07:00:00" };
  expect(await items("listEvents", "event", until, "account")).toHaveLength(1);
  expect(await items("listEvents", "event", { type: "VM.STOP", keyword: "OTHER" })).toMatchObject([
    {
      type: "VM.STOP",
      resourceid: "vm-of-other-id",
      created: "2026-10-01T07:00:00+0000",
      level: "INFO",
      account: "acme",
    },
  ]);
  expect(await items("listAccounts", "account", { id: "other-id" }, "account")).toEqual([]);
});

test("settings are read by admins and auditors, not by finance, and set by an admin, under its name", async () => {
  const [setting] = await items("listConfigurations", "configuration", { name: "usage.job.overdue" }, "auditor");
  expect(setting).toMatchObject({ value: "2", defaultvalue: "2", category: "Usage", isdynamic: true });
  for (const command of ["listConfigurations", "listUsers"])
    expect((await api.ask(command, {}, as("finance"))).statusCode, command).toBe(401);
  const answer = await api.answerOf("updateConfiguration", { name: "usage.job.overdue", value: "4" });
  expect(answer).toMatchObject({ configuration: { name: "usage.job.overdue", value: "4" } });
  expect(await api.system.settings.find("usage.job.overdue")).toMatchObject({
    value: "4",
    changed_by: expect.stringContaining(api.root.apiKey) as string,
  });
  expect((await api.ask("updateConfiguration", { name: "usage.job.overdue", value: "many" })).statusCode).toBe(431);
  const mails = { name: "notifications.mail.operators" };
  await api.answerOf("updateConfiguration", { ...mails, value: "ops@example.com" });
  expect(await api.answerOf("updateConfiguration", { ...mails, value: "" })).toMatchObject({
    configuration: { value: "" },
  });
  expect((await api.ask("updateConfiguration", { name: "no.such.setting", value: "1" })).statusCode).toBe(431);
});

test("the audit says who changed what by GET, POST and the integration port, who signed in, and who was refused", async () => {
  const auditOf = async (operation: string) =>
    (await api.call("GET", `/v1/audit?operation=${operation}`)).json<{ data: AuditLine[] }>().data;
  const name = "usage.job.overdue";
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const post = (query: string) => api.call("POST", "/client/api", query, form);
  const sign = (value: string) => signedQuery({ command: "updateConfiguration", name, value }, api.root);
  const port = await openIntegrationPort(api.system, { port: 0, log: silentLog });
  const changes = [
    () => api.call("GET", `/client/api?${sign("11")}`, undefined, {}),
    () => post(sign("12")),
    () => fetch(`${port.url}/client/api?command=updateConfiguration&name=${name}&value=13`),
  ];
  const now = api.clock.now();
  const begun = (await auditOf("updateConfiguration")).length;
  for (const change of changes) {
    api.clock.advance(1000);
    const answer = await change();
    expect("status" in answer ? answer.status : answer.statusCode).toBe(200);
  }
  await port.close();
  const made = await auditOf("updateConfiguration");
  expect(made.slice(0, made.length - begun).map((line) => [line.caller_id, line.method, line.changes])).toEqual(
    [
      ["integration-port", "GET", "12", "13"],
      [api.root.apiKey, "POST", "11", "12"],
      [api.root.apiKey, "GET", undefined, "11"],
    ].map(([caller, method, before, after]) => [
      caller,
      method,
      [
        expect.objectContaining({
          kind: "setting",
          id: name,
          ...(before === undefined ? {} : { before: { value: before } }),
          after: { value: after },
        }),
      ],
    ]),
  );
  const password = "correct horse battery staple";
  const user = await api.system.users.put({ account_id: "other-id", username: "eve" }, by);
  await api.system.users.setPassword(user.user_id, password, by);
  for (const given of [password, "guess"])
    await post(`command=login&username=eve&domain=/other&password=${encodeURIComponent(given)}`);
  const entries = (await auditOf("login")).map(({ caller_id, status }) => `${status} ${caller_id}`);
  expect(entries.toSorted()).toEqual([`200 ${user.user_id}`, "531 nobody"]);
  api.clock.advance(1000);
  await api.ask("updateConfiguration", { name, value: "1" }, as("auditor"));
  expect((await auditOf("updateConfiguration"))[0]).toMatchObject({ caller_id: as("auditor").apiKey, status: 401 });
  await post(signedQuery({ command: "listUsageTypes" }, api.root));
  const read = [...(await auditOf("listUsageTypes")), ...(await auditOf("postClientApi"))];
  expect(read.filter(({ status }) => status === 200)).toEqual([]);
  api.clock.set(now);
});

test("generateUsageRecords begins a run, which the list of jobs and the server's metrics then show", async () => {
  expect(await api.answerOf("generateUsageRecords", {})).toEqual({ success: true });
  while ((await api.system.runs.running()) !== null) await new Promise((resolve) => setImmediate(resolve));
  const jobs = await items("listUsageJobs", "usagejob", {}, "auditor");
  expect(jobs.length).toBeGreaterThanOrEqual(2);
  expect(jobs.every(({ success }) => success === true)).toBe(true);
  expect(await items("listUsageJobs", "usagejob", { usageserver: "elsewhere" })).toEqual([]);
  const { usageMetrics } = await api.answerOf("listUsageServerMetrics");
  expect(usageMetrics).toMatchObject({
    collectiontime: "2026-10-02T12:00:00+0000",
    lastheartbeat: "2026-10-02T12:00:00+0000",
  });
});

test("removeRawUsageRecords keeps usage records, and refuses what is no number of days and the minutes around the job", async () => {
  const before = await api.answerOf("listUsageRecords", dates);
  expect(await api.answerOf("removeRawUsageRecords", { interval: "3000" })).toEqual({ success: true });
  expect(await api.answerOf("listUsageRecords", dates)).toEqual(before);
  for (const interval of ["0", "-1", "many"])
    expect((await api.ask("removeRawUsageRecords", { interval })).statusCode, interval).toBe(431);
  const now = api.clock.now();
  api.clock.set(at("2026-10-03T00:10:00Z"));
  expect((await api.ask("removeRawUsageRecords", { interval: "3000" })).statusCode).toBe(530);
  api.clock.set(now);
});

test("the integration port asks for no credentials, and answers neither a page nor a foreign name", async () => {
  const port = await openIntegrationPort(api.system, { port: 0, log: silentLog });
  try {
    const url = `${port.url}/client/api?command=listUsageRecords&response=json&startdate=2026-10-01&enddate=2026-10-01`;
    expect(port.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(url)).json()).toMatchObject({ listusagerecordsresponse: { count: 2 } });
    expect((await fetch(url, { headers: { origin: "https://evil.example" } })).status).toBe(401);
    expect((await api.call("GET", "/client/api?command=listUsageTypes&response=json", undefined, {})).statusCode).toBe(
      401,
    );
    const foreign = await new Promise<number | undefined>((resolve, reject) => {
      get(url, { headers: { host: "evil.example" } }, (answer) => resolve(answer.resume().statusCode)).on(
        "error",
        reject,
      );
    });
    expect(foreign).toBe(401);
    const nothing = await fetch(`${port.url}/v1/settings`);
    expect([nothing.status, nothing.headers.get("x-content-type-options")]).toEqual([404, "nosniff"]);
  } finally {
    await port.close();
  }
});
