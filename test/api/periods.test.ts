import { afterAll, beforeAll, expect, test } from "vitest";
import { at } from "../at.ts";
import { everyPage, refused } from "./asking.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

interface Period {
  readonly payer_account_id: string;
  readonly period: string;
  readonly state: string;
  readonly closed_by: string | null;
  readonly overrides: readonly { finding: string; reason: string }[];
}
interface Ready {
  readonly payer_account_id: string;
  readonly state: string;
  readonly ready: boolean;
  readonly findings: readonly {
    check: string;
    blocking: boolean;
    overridable: boolean;
    count: number;
    detail: string;
    ids: string[];
  }[];
}

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  // acme runs twelve hours on 10 September and 10 October; beta allocates a volume-less machine in September alone
  const ran = (day: string) => [
    event(`start/${day}`, "VM.START", `${day}T06:00:00Z`),
    event(`stop/${day}`, "VM.STOP", `${day}T18:00:00Z`),
  ];
  const beta = { account_id: "beta-id", account: "beta", resource: "vm-2" };
  const others = [
    event("beta/start", "VM.START", "2026-09-20T00:00:00Z", beta),
    event("beta/stop", "VM.STOP", "2026-09-20T01:00:00Z", beta),
  ];
  api.clock.set(at("2026-11-01T12:00:00Z"));
  await api.call("POST", "/v1/events", [...ran("2026-09-10"), ...ran("2026-10-10"), ...others]);
  await api.call("POST", "/v1/runs", { kind: "aggregate" });
});
afterAll(() => api.close());

const periods = async (query = ""): Promise<Period[]> =>
  (await everyPage(api, `/v1/periods?${query}`)).data as unknown as Period[];
const readiness = async (period: string, account_id: string): Promise<Ready> => {
  const answer = await api.call("GET", `/v1/periods/${period}/readiness?account_id=${account_id}`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<{ data: Ready[] }>().data[0] as Ready;
};
const close = async (period: string, body: object) => api.call("POST", `/v1/periods/${period}/close`, body);
const unpriced = { finding: "unrated", reason: "nothing is priced in this test" };

test("periods are listed by payer and month, open until their grace of two days is over", async () => {
  const listed = await periods();
  expect(listed.map(({ payer_account_id, period, state }) => [payer_account_id, period, state])).toEqual([
    ["acme-id", "2026-09", "due"],
    ["acme-id", "2026-10", "open"],
    ["beta-id", "2026-09", "due"],
  ]);
  expect(listed[0]).toMatchObject({
    start: "2026-09-01T00:00:00.000Z",
    end: "2026-10-01T00:00:00.000Z",
    due_at: "2026-10-03T00:00:00.000Z",
    records: 1,
    closed_at: null,
  });
  expect(await periods("limit=1"), "page by page").toEqual(listed);
  expect((await periods("account_id=beta-id")).map(({ period }) => period)).toEqual(["2026-09"]);
  const other = await api.call("GET", "/v1/periods?limit=1");
  const { next_cursor } = other.json<{ next_cursor: string }>();
  expect((await api.call("GET", `/v1/periods?account_id=beta-id&cursor=${next_cursor}`)).statusCode).toBe(400);
});

test("a month that has not ended, one whose elders are open, and a payer nobody knows are refused", async () => {
  const url = (period: string): string => `/v1/periods/${period}/close`;
  await refused(
    api,
    "POST",
    url("2026-11"),
    { account_id: "acme-id" },
    { status: 409, field: "period", words: "ended (1): the period ends at 2026-12-01" },
  );
  await refused(
    api,
    "POST",
    url("2026-10"),
    { account_id: "acme-id", overrides: [unpriced] },
    { status: 409, field: "period", words: "earlier periods with usage are open: 2026-09" },
  );
  await refused(
    api,
    "POST",
    url("2026-09"),
    { account_id: "nobody" },
    { status: 404, field: "account_id", words: "pays for no account" },
  );
  await refused(api, "POST", url("2026-13"), {}, { status: 400, field: "period", words: "2026-13" });
  const strange = { account_id: "acme-id", overrides: [{ finding: "weather", reason: "it rains" }] };
  await refused(api, "POST", url("2026-09"), strange, {
    status: 400,
    field: "overrides",
    words: '"weather", expected one of grace, quarantine',
  });
  const ended = { account_id: "acme-id", overrides: [{ finding: "ended", reason: "in a hurry" }] };
  await refused(api, "POST", url("2026-11"), ended, { status: 400, field: "overrides", words: '"ended"' });
  await refused(
    api,
    "POST",
    url("2026-09"),
    { overrides: [{ finding: "unrated", reason: "" }] },
    { status: 400, field: "overrides.0.reason", words: "" },
  );
  expect((await periods()).map(({ state }) => state)).not.toContain("closed");
});

test("a message in quarantine holds up its own payer's month until it is overridden by name, and the override is kept", async () => {
  const bad = { ...event("bad", "VM.DANCE", "2026-09-12T00:00:00Z"), source: "cloud/zone-1" };
  const elsewhen = event("bad-too", "VM.DANCE", "2026-10-12T00:00:00Z");
  await api.call("POST", "/v1/events", [bad, elsewhen]);
  const { findings, ready } = await readiness("2026-09", "acme-id");
  expect(ready).toBe(false);
  expect(findings.map(({ check, count }) => [check, count])).toEqual([
    ["quarantine", 1],
    ["unrated", 1],
  ]);
  expect(findings[0]?.ids).toEqual([expect.stringMatching(/^q_/)]);
  expect(
    (await readiness("2026-09", "beta-id")).findings.map(({ check }) => check),
    "of another payer",
  ).toEqual(["unrated"]);

  await refused(
    api,
    "POST",
    "/v1/periods/2026-09/close",
    { account_id: "acme-id", overrides: [unpriced] },
    { status: 409, field: "period", words: "quarantine (1)" },
  );
  // Without a payer: who is ready closes, who is not stays open and says why.
  const all = (await close("2026-09", { overrides: [unpriced] })).json<{
    run_id: string;
    closed: Period[];
    refused: { payer_account_id: string; findings: { check: string }[] }[];
  }>();
  expect(all.closed.map(({ payer_account_id }) => payer_account_id)).toEqual(["beta-id"]);
  expect(
    all.refused.map(({ payer_account_id, findings: left }) => [payer_account_id, left.map(({ check }) => check)]),
  ).toEqual([["acme-id", ["quarantine"]]]);

  const overrides = [
    unpriced,
    { finding: "quarantine", reason: "our own test message" },
    { finding: "grace", reason: "not needed" },
  ];
  const answer = await close("2026-09", { account_id: "acme-id", reason: "month end", overrides });
  expect(answer.statusCode, answer.body).toBe(200);
  const acme = (await periods("account_id=acme-id"))[0];
  expect(acme).toMatchObject({
    state: "closed",
    reason: "month end",
    closed_by: expect.stringContaining("key_") as string,
  });
  const ran = (await api.call("GET", "/v1/runs?limit=2")).json<{ data: { kind: string; asked_by: string }[] }>();
  expect(
    ran.data.map(({ kind, asked_by }) => [kind, asked_by]),
    "a closing and the aggregation before it are their asker's",
  ).toEqual([
    ["close", acme?.closed_by],
    ["aggregate", acme?.closed_by],
  ]);
  expect(acme?.overrides, "those that overrode something").toEqual(overrides.slice(0, 2));
  expect(await readiness("2026-09", "acme-id")).toMatchObject({ state: "closed", ready: false, findings: [] });
});

test("before its grace is over a month closes only where that is overridden", async () => {
  expect((await readiness("2026-10", "acme-id")).findings.map(({ check }) => check)).toEqual([
    "grace",
    "quarantine",
    "unrated",
  ]);
  const overrides = [unpriced, { finding: "quarantine", reason: "known" }];
  await refused(
    api,
    "POST",
    "/v1/periods/2026-10/close",
    { account_id: "acme-id", overrides },
    { status: 409, field: "period", words: "late facts are waited for until 2026-11-03T00:00:00.000Z" },
  );
  const answer = await close("2026-10", {
    account_id: "acme-id",
    overrides: [...overrides, { finding: "grace", reason: "the customer leaves" }],
  });
  expect(answer.json<{ closed: Period[] }>().closed).toMatchObject([{ period: "2026-10", state: "closed" }]);
});

test("reports bill an adjustment where it is booked unless they are asked for the time of use", async () => {
  await api.call("POST", "/v1/events", [event("late", "VM.STOP", "2026-10-10T10:00:00Z")]);
  const run = (await api.call("POST", "/v1/runs", { kind: "aggregate" })).json<{ id: string }>();
  const october = "from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z&account_id=acme-id";
  const november = "from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z&account_id=acme-id";
  const records = async (query: string) =>
    (await everyPage(api, `/v1/usage-records?${query}&limit=1`)).data.map(({ quantity, adjusts, booked_at }) => [
      quantity,
      adjusts === null ? null : "adjusts",
      booked_at,
    ]);
  // 12 h billed; stopped at 10:00: −8 h
  expect(await records(october)).toEqual([["43200000", null, null]]);
  expect(await records(`${october}&basis=billing`)).toEqual([["43200000", null, null]]);
  expect(await records(november)).toEqual([["-28800000", "adjusts", "2026-11-01T00:00:00.000Z"]]);
  expect(await records(`${october}&basis=usage`)).toEqual([["14400000", null, null]]);
  expect(await records(`${november}&basis=usage`)).toEqual([]);
  const sum = async (query: string) =>
    (await api.call("GET", `/v1/usage-summary?${query}`))
      .json<{ data: { display_quantity: string }[] }>()
      .data.map(({ display_quantity }) => display_quantity);
  expect([await sum(october), await sum(november), await sum(`${october}&basis=usage`)]).toEqual([
    ["12"],
    ["-8"],
    ["4"],
  ]);
  expect((await api.call("GET", `/v1/usage-records?${october}&basis=cash`)).json()).toMatchObject({
    status: 400,
    field: "basis",
  });
  expect((await periods("account_id=acme-id")).find(({ period }) => period === "2026-10")).toMatchObject({
    records: 1,
    adjusted_after: 1,
  });
  expect(run.id).toMatch(/^run_/);
});

test("usage that no run has published or read yet is named, and cannot be overridden", async () => {
  await api.call("POST", "/v1/events", [event("november", "VM.START", "2026-11-01T06:00:00Z")]);
  api.clock.set(at("2026-12-05T00:00:00Z"));
  const found = async () =>
    (await readiness("2026-11", "acme-id")).findings.map(({ check, overridable }) => [check, overridable]);
  expect(await found()).toEqual([
    ["published", false],
    ["admitted", false],
  ]);
});

test("an auditor reads periods and may not close them", async () => {
  const authorization = `Bearer ${await api.tokenOf("auditor")}`;
  expect((await api.call("GET", "/v1/periods", undefined, { authorization })).statusCode).toBe(200);
  expect((await api.call("POST", "/v1/periods/2026-10/close", {}, { authorization })).statusCode).toBe(403);
});
