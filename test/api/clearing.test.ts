// Rows of dry runs while a run clears them away: who is reading them then is told so, and never shown what is left of them.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Run } from "../../api/run-answer.ts";
import { amidClearing } from "./amid-clearing.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  await api.call("POST", "/v1/events", [event("1", "VM.START", "2026-10-01T06:00:00Z")]);
  await start({ kind: "aggregate" });
});
afterAll(() => api.close());

const start = async (body: object): Promise<Run> => (await api.call("POST", "/v1/runs", body)).json<Run>();

/** Records are gone then, slices are not. */
const half = { cleared: /^DELETE FROM slice /, run: { kind: "aggregate" } };
const today = "from=2026-10-01T00:00:00Z&to=2026-10-03T00:00:00Z";

// Each time something is new, so that a dry run has rows.
let minutes = 0;
beforeEach(async () => {
  minutes += 1;
  const time = `2026-10-01T12:${String(minutes).padStart(2, "0")}:00Z`;
  await api.call("POST", "/v1/events", [event(`late ${minutes}`, "VM.START", time, { resource: `vm-${minutes + 1}` })]);
});

test.each([
  ["records", `/v1/usage-records?${today}&live=true`, /usage_records$/],
  ["sums", `/v1/usage-summary?${today}&live=true`, /usage_summary$/],
])("live %s", async (_name, url, statement) => {
  const answer = await amidClearing(api, url, { ...half, statement });
  expect([answer.statusCode, answer.body]).toEqual([409, expect.stringContaining("ask for them anew")]);
  expect((await api.call("GET", url)).statusCode).toBe(200);
});

test("what a dry run of aggregation would change", async () => {
  const { id } = await start({ kind: "aggregate", dry_run: true });
  const url = `/v1/runs/${id}/diff`;
  expect((await api.call("GET", url)).json<{ data: unknown[] }>().data).toHaveLength(1);
  const answer = await amidClearing(api, url, { ...half, statement: /run_diff$/ });
  expect([answer.statusCode, answer.body]).toEqual([404, expect.stringContaining("cleared its rows away")]);
});
