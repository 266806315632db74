import { afterAll, beforeAll, expect, test } from "vitest";
import { createSanityJob } from "../../api/sanity-job.ts";
import { at } from "../at.ts";
import { refused } from "./asking.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  await api.call("POST", "/v1/events", [
    event("e1", "VM.STOP", "2026-10-01T06:00:00Z"),
    event("e2", "VM.START", "2026-10-01T06:00:00Z", { resource: "vm-2" }),
    event("e3", "VM.START", "2026-10-01T07:00:00Z", { resource: "vm-2" }),
  ]);
  await api.call("POST", "/v1/runs", { kind: "aggregate" });
});
afterAll(() => api.close());

interface Finding {
  readonly id: string;
  readonly check: string;
  readonly severity: string;
  readonly resource: string;
  readonly state: string;
}

const list = async (query = ""): Promise<{ data: Finding[]; next_cursor: string | null }> =>
  (await api.call("GET", `/v1/findings${query}`)).json();

test("checks are done on demand, listed worst first, filtered, paged and accepted with a reason", async () => {
  const checked = await api.call("POST", "/v1/findings/check");
  expect(checked.statusCode, checked.body).toBe(200);
  expect(checked.json()).toMatchObject({ found: { "close-without-open": 1, "repeated-open": 1 }, failed: [] });
  const all = (await list()).data;
  const ranks = all.map(({ severity }) => ["error", "warning", "info"].indexOf(severity));
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  expect((await list("?check=close-without-open")).data).toMatchObject([{ resource: "vm-1", state: "open" }]);
  expect((await list("?resource=vm-2&severity=info")).data).toMatchObject([{ check: "repeated-open" }]);
  expect((await list("?from=2026-10-01T07:00:00Z&to=2026-10-01T07:00:01Z")).data).toHaveLength(1);
  expect((await list("?account_id=nobody")).data).toEqual([]);

  const paged: Finding[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Awaited<ReturnType<typeof list>> = await list(`?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
    paged.push(...page.data);
    cursor = page.next_cursor;
  }
  expect(paged).toEqual(all);

  const [finding] = (await list("?check=close-without-open")).data;
  const path = `/v1/findings/${finding?.id}/accept`;
  await refused(api, "POST", path, {}, { status: 400, field: "reason", words: "reason" });
  const accepted = await api.call("POST", path, { reason: "imported late" });
  expect(accepted.json()).toMatchObject({ state: "accepted", reason: "imported late" });
  expect((await list("?state=open&check=close-without-open")).data).toEqual([]);
  await refused(api, "POST", "/v1/findings/fi_0/accept", { reason: "x" }, { status: 404, field: "id", words: "fi_0" });
});

test("metrics count open findings by check and severity", async () => {
  const { body } = await api.call("GET", "/metrics");
  expect(body).toContain('tally_findings{check="repeated-open",severity="info"} 1');
  expect(body).not.toContain('check="close-without-open"');
});

test("the job checks once in so many days as the setting says, and never with 0", async () => {
  const job = createSanityJob(api.system);
  const tick = (text: string) => ({ job: job.name, at: at(text) });
  const { signal } = new AbortController();
  expect(await job.cadence()).toMatchObject({ range_minutes: 1440, exec_time: "03:15" });
  const last = () => api.system.lastSanityCheck();
  const begun = await last();
  api.clock.set(at("2026-10-03T03:15:00Z"));
  for (const [days, done] of [
    ["0", begun],
    ["2", begun],
    ["1", at("2026-10-03T03:15:00Z")],
  ] as const) {
    await api.system.settings.set("usage.sanity.check.interval", days, "test");
    await job.run(tick("2026-10-03T03:15:00Z"), signal);
    expect(await last()).toBe(done);
  }
});

test("an inventory is reported, decided in parts and accepted twice without a second effect; a producer may send it", async () => {
  const token = await api.tokenOf("producer");
  const head = { source: "cloud/zone-1", at: "2026-10-02T06:00:00Z", complete_for: ["vm"] };
  const items = [
    { kind: "vm", account_id: "acme-id", resource: "vm-1" },
    { kind: "vm", account_id: "acme-id", resource: "vm-2", running: false },
    { kind: "vm", account_id: "acme-id", resource: "vm-3", running: true },
  ];
  const ndjson = [head, ...items].map((one) => `${JSON.stringify(one)}\n`).join("");
  const taken = await api.call("POST", "/v1/inventory", ndjson, {
    authorization: `Bearer ${token}`,
    "content-type": "application/x-ndjson",
  });
  expect(taken.statusCode, taken.body).toBe(201);
  const report: { id: string; states: object; data: { n: number; event: { type: string }; resource: string }[] } =
    taken.json();
  const types = report.data.map(({ event: { type }, resource }) => `${resource} ${type}`);
  expect(types).toEqual(["vm-1 VM.CREATE", "vm-2 VM.STOP", "vm-2 VM.CREATE", "vm-3 VM.START", "vm-3 VM.CREATE"]);
  const path = `/v1/inventory/${report.id}`;
  const numbers = (resource: string) => report.data.filter((one) => one.resource === resource).map(({ n }) => n);
  const rejected = await api.call("POST", `${path}/reject`, { proposals: numbers("vm-3"), reason: "a test machine" });
  expect(rejected.json()).toMatchObject({ states: { proposed: 3, rejected: 2 } });
  for (const _twice of [1, 2]) {
    const accepted = await api.call("POST", `${path}/accept`, { proposals: [...numbers("vm-1"), ...numbers("vm-2")] });
    expect(accepted.json()).toMatchObject({ states: { accepted: 3, rejected: 2 } });
  }
  const first: { data: unknown[]; next_cursor: string } = (await api.call("GET", `${path}?limit=2`)).json();
  expect(first.data).toHaveLength(2);
  const rest = await api.call("GET", `${path}?limit=1000&cursor=${first.next_cursor}`);
  expect(rest.json()).toMatchObject({ next_cursor: null, data: [{ n: 3 }, { n: 4 }, { n: 5 }] });
  const json = await api.call("POST", "/v1/inventory", { ...head, resources: items.slice(0, 2) });
  expect(json.json()).toMatchObject({ counts: { proposals: "0" } });

  const words = { status: 400, field: "complete_for", words: "castle" };
  await refused(api, "POST", "/v1/inventory", { ...head, complete_for: ["castle"], resources: [] }, words);
  const future = { ...head, at: "2027-01-01T00:00:00Z", resources: [] };
  await refused(api, "POST", "/v1/inventory", future, { status: 400, field: "at", words: "2027" });
  await refused(api, "POST", "/v1/inventory/none/accept", {}, { status: 404, field: "id", words: "none" });
});
