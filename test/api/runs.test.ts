// Runs over HTTP: long ones, dry ones, and what they change.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Run } from "../../api/run-answer.ts";
import { everyPage } from "./asking.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  await api.call("POST", "/v1/events", [
    event("1", "VM.START", "2026-10-01T06:00:00Z"),
    event("2", "VM.START", "2026-10-01T12:00:00Z", { resource: "vm-2", account_id: "beta-id", account: "beta" }),
  ]);
});
afterAll(() => api.close());

const start = (body: object) => api.call("POST", "/v1/runs", { kind: "aggregate", ...body });
const runOf = async (id: string): Promise<Run> => (await api.call("GET", `/v1/runs/${id}`)).json<Run>();

test("a dry run of aggregation publishes nothing, and its diff can be read until the next run begins", async () => {
  const answered = await start({ dry_run: true });
  const run = answered.json<Run>();
  expect([answered.statusCode, run.state, run.dry_run], answered.body).toEqual([201, "discarded", true]);
  // One day's window, two machines.
  expect(run.counts).toMatchObject({ windows: "1", records: "2", corrections: "0" });
  const range = "from=2026-09-01T00:00:00Z&to=2026-11-01T00:00:00Z";
  expect((await api.call("GET", `/v1/usage-records?${range}`)).json()).toMatchObject({ data: [], complete_to: null });

  const diff = await everyPage(api, `/v1/runs/${run.id}/diff?limit=1`);
  const window = { start: "2026-10-01T00:00:00.000Z", end: "2026-10-02T00:00:00.000Z" };
  // 06:00 to 24:00 is 18 hours, 12:00 to 24:00 is 12 hours.
  const fresh = { usage_type: 1, part: "", window, quantity_before: null };
  expect([diff.pages, diff.data]).toMatchObject([
    2,
    [
      { account_id: "acme-id", resource: "vm-1", ...fresh, quantity_after: "64800000", difference: "64800000" },
      { account_id: "beta-id", resource: "vm-2", ...fresh, quantity_after: "43200000", difference: "43200000" },
    ],
  ]);

  const real = (await start({})).json<Run>();
  expect(real).toMatchObject({ state: "published", dry_run: false, counts: run.counts });
  expect((await everyPage(api, `/v1/runs/${real.id}/diff`)).data).toEqual(diff.data);
  const betas = await everyPage(api, `/v1/runs/${real.id}/diff?account_id=beta-id`);
  expect(betas.data).toEqual(diff.data.slice(1));
  const both = await everyPage(api, `/v1/runs/${real.id}/diff?account_id=beta-id&account_id=acme-id&limit=1`);
  expect([both.pages, both.data]).toEqual([2, diff.data]);
  expect((await everyPage(api, `/v1/runs/${real.id}/diff?account_id=nobody`)).data).toEqual([]);
  const first = (await api.call("GET", `/v1/runs/${real.id}/diff?limit=1`)).json<{ next_cursor: string }>();
  const elsewhere = `/v1/runs/${real.id}/diff?limit=1&account_id=beta-id&cursor=${encodeURIComponent(first.next_cursor)}`;
  expect((await api.call("GET", elsewhere)).statusCode, "a cursor of another question").toBe(400);
  const cleared = await api.call("GET", `/v1/runs/${run.id}/diff`);
  expect([cleared.statusCode, cleared.body]).toEqual([404, expect.stringContaining("cleared its rows away")]);
});

test("a run that takes longer than one waits is answered 202, shows its lease while it goes on, and ends by itself", async () => {
  await api.call("POST", "/v1/events", [event("3", "VM.STOP", "2026-10-01T20:00:00Z")]);
  const answered = await start({ wait: 0 });
  const begun = answered.json<Run>();
  expect(answered.statusCode, answered.body).toBe(202);
  expect(answered.headers["location"]).toBe(`/v1/operations/${begun.id}`);
  expect(answered.headers["content-location"]).toBe(`/v1/runs/${begun.id}`);
  const operation = await api.call("GET", `/v1/operations/${begun.id}`);
  expect(operation.json()).toMatchObject({ id: begun.id, kind: "aggregate", state: "running", error: null });
  expect(begun).toMatchObject({
    state: "running",
    began_at: "2026-10-02T12:00:00.000Z",
    lease: { expires_at: "2026-10-02T12:05:00.000Z" },
  });
  const second = await start({});
  expect([second.statusCode, second.body]).toEqual([409, expect.stringContaining(begun.id)]);
  expect((await api.call("GET", `/v1/runs/${begun.id}/diff`)).statusCode).toBe(409);
  let run = begun;
  for (let looks = 0; run.state === "running" && looks < 2000; looks += 1) run = await runOf(begun.id);
  expect(run).toMatchObject({ state: "published", lease: null, counts: { corrections: "2", windows: "0" } });
  // Stopped at 20:00: 14 hours instead of 18.
  expect((await everyPage(api, `/v1/runs/${run.id}/diff`)).data).toMatchObject([
    { account_id: "acme-id", quantity_before: "64800000", quantity_after: "50400000", difference: "-14400000" },
  ]);
});

test("a range that is published can be computed again, dry or not, and nothing changes where nothing did", async () => {
  for (const dry_run of [true, false]) {
    const run = (await start({ from: "2026-10-01T00:00:00Z", to: "2026-10-02T00:00:00Z", dry_run })).json<Run>();
    expect(run).toMatchObject({
      state: dry_run ? "discarded" : "unchanged",
      counts: { resources_corrected: "2", corrections: "0", records: "0" },
    });
  }
});

test.each([
  [{ wait: -1 }, "wait"],
  [{ wait: 61 }, "wait"],
  [{ dry_run: "yes" }, "dry_run"],
])("a run asked for with %j is refused", async (body, field) => {
  const refused = await start(body);
  expect([refused.statusCode, refused.json()]).toMatchObject([400, { field }]);
});

test("a diff of another kind of run, or of none, is not there", async () => {
  const failed: string[] = [];
  for (const kind of ["close", "rate"] as const) {
    const failing = await api.system.runs.begin(kind, "2026-10");
    await api.system.runs.fail(failing, new Error("given up"));
    api.system.runs.end(failing);
    failed.push(failing.id);
  }
  for (const [id, words] of [
    [failed[0], "only runs of aggregation and rating"],
    [failed[1], "failed and changed nothing"],
    ["run_none", "there is no run"],
  ]) {
    const answer = await api.call("GET", `/v1/runs/${id}/diff`);
    expect([answer.statusCode, answer.body]).toEqual([404, expect.stringContaining(words ?? "")]);
  }
});

// Last: it takes the application away.
test("closing the application waits for the runs it has answered 202 for", async () => {
  await api.call("POST", "/v1/events", [event("4", "VM.STOP", "2026-10-01T21:00:00Z", { resource: "vm-2" })]);
  const begun = (await start({ wait: 0 })).json<Run>();
  await api.app.close();
  expect((await api.system.runs.get(begun.id))?.state).toBe("published");
});
