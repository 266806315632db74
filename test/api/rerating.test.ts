// Re-rating over HTTP and at the command line's end of it: who, when, why, what it changes, and what is left of what was.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Run } from "../../api/run-answer.ts";
import type { BillingHistory } from "../../rating/index.ts";
import type { RatingDiffByAccount, RatingDiffByRecord } from "../../api/routes/rating-diff.ts";
import { amidClearing } from "./amid-clearing.ts";
import { everyPage, refused } from "./asking.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
const runs: Record<"first" | "dry" | "again", Run> = {} as never;
const rate = async (body: object): Promise<Run> => {
  const answered = await api.call("POST", "/v1/runs", { kind: "rate", period: "2026-10", ...body });
  expect(answered.statusCode, answered.body).toBe(201);
  return answered.json<Run>();
};
const tariff = { tariff_id: "vm-hour", name: "VM, per hour", usage_type: 1, unit: "hour", model: "per_unit" };
const putRate = async (price: string, revision: number): Promise<void> => {
  const headers = { authorization: `Bearer ${api.admin}`, "if-match": `"${revision}"` };
  const card = { name: "c", currency: "EUR", tariffs: [{ ...tariff, rate: price }] };
  const put = await api.call("PUT", "/v1/rate-cards/default", card, headers);
  expect(put.statusCode, put.body).toBe(200);
};
const diffOf = ({ id }: Run, query = ""): string => `/v1/runs/${id}/diff${query}`;

beforeAll(async () => {
  api = await openTestApi();
  await putRate("0.10", 0);
  // Ten hours of a machine each.
  const events = ["acme", "beta"].flatMap((account_id) => [
    event(`${account_id}/1`, "VM.START", "2026-10-01T06:00:00Z", { account_id, resource: `vm-of-${account_id}` }),
    event(`${account_id}/2`, "VM.STOP", "2026-10-01T16:00:00Z", { account_id, resource: `vm-of-${account_id}` }),
  ]);
  await api.call("POST", "/v1/events", events);
  await api.call("POST", "/v1/runs", { kind: "aggregate", to: "2026-10-02T00:00:00Z" });
  runs.first = await rate({});
  await putRate("0.25", 1);
  runs.dry = await rate({ dry_run: true });
  runs.again = await rate({ reason: "the list price of October was wrong" });
});
afterAll(() => api.close());

test("a re-rating keeps who asked, when and why", async () => {
  const told = (await api.call("GET", `/v1/runs/${runs.again.id}`)).json<Run>();
  expect(told).toMatchObject({
    state: "published",
    asked_by: expect.stringMatching(/^.+ \(key_.+\)$/) as string,
    reason: "the list price of October was wrong",
    began_at: "2026-10-02T12:00:00.000Z",
    counts: { records_reversed: "2", records_new: "2", compared_with: runs.first.id },
  });
  expect(runs.first).toMatchObject({ reason: null, asked_by: told.asked_by });
});

test.each(["dry", "again"] as const)("the diff of a rating: %s", async (name) => {
  const run = runs[name];
  const { totals, data, ...rest } = (await api.call("GET", diffOf(run))).json<RatingDiffByAccount>();
  expect(rest).toEqual({
    by: "account",
    run_id: run.id,
    compared_with: runs.first.id,
    period: "2026-10",
    next_cursor: null,
  });
  // 10 h at 0.10 were 1.00 of each, at 0.25 they are 2.50.
  const lines = { lines_added: "0", lines_removed: "0", lines_changed: "1" };
  expect(totals).toMatchObject([
    { currency: "EUR", before: "2.00", after: "5.00", difference: "3.00", exact_difference: "3.000000000" },
  ]);
  expect(data).toMatchObject(
    ["acme", "beta"].map((account_id) => ({
      ...lines,
      account_id,
      payer_account_id: account_id,
      before: "1.00",
      after: "2.50",
      difference: "1.50",
    })),
  );
  const records = (await api.call("GET", diffOf(run, "?by=record&account_id=beta"))).json<RatingDiffByRecord>();
  expect(records.totals).toEqual(totals);
  expect(records.data).toMatchObject([
    {
      account_id: "beta",
      resource: "vm-of-beta",
      before: [{ tariff_id: "vm-hour", tariff_version: 1, quantity: "36000000", amount: "1.000000000" }],
      after: [{ tariff_id: "vm-hour", tariff_version: 2, quantity: "36000000", amount: "2.500000000" }],
      changed: ["tariff_version", "price_to", "amount"],
      difference: [{ currency: "EUR", amount: "1.500000000" }],
    },
  ]);
  const [record] = records.data[0]?.after ?? [];
  if (name === "again") expect((await api.call("GET", `/v1/billing-records/${record?.id}`)).json()).toEqual(record);
});

test("a diff is read page by page, and a cursor is good for its question alone", async () => {
  for (const by of ["account", "record"]) {
    const paged = await everyPage(api, diffOf(runs.again, `?by=${by}&limit=1`));
    const whole = (await api.call("GET", diffOf(runs.again, `?by=${by}`))).json<{ data: unknown[] }>();
    expect([paged.pages, paged.data]).toEqual([2, whole.data]);
  }
  const first = (await api.call("GET", diffOf(runs.again, "?by=record&limit=1"))).json<{ next_cursor: string }>();
  const cursor = encodeURIComponent(first.next_cursor);
  for (const question of ["by=account", "by=record&account_id=beta"]) {
    const path = diffOf(runs.again, `?${question}&limit=1&cursor=${cursor}`);
    await refused(api, "GET", path, undefined, { status: 400, field: "cursor", words: "other filters" });
  }
  const elsewhere = diffOf(runs.dry, `?by=record&limit=1&cursor=${cursor}`);
  await refused(api, "GET", elsewhere, undefined, { status: 400, field: "cursor", words: "other filters" });
});

test("a billing record tells what it was, what was reversed and what stands in its place, by which run", async () => {
  const { data } = (await api.call("GET", "/v1/billing-records?period=2026-10&account_id=acme&usage_type=1")).json<{
    data: BillingHistory["now"];
  }>();
  const [record] = data;
  const history = (await api.call("GET", `/v1/billing-records/${record?.id}/history`)).json<BillingHistory>();
  expect(history).toMatchObject({ usage_record_id: record?.usage_record_id, period: "2026-10", now: [record] });
  const [rerating, ...others] = history.reratings;
  expect(others, "the dry run left nothing here").toEqual([]);
  expect(rerating).toMatchObject({
    run_id: runs.again.id,
    reversed_run_id: runs.first.id,
    asked_by: runs.again.asked_by,
    asked_at: runs.again.began_at,
    reason: runs.again.reason,
    reversals: [{ record: { id: record?.id, amount: "-1.000000000", quantity: "-36000000", tariff_version: 1 } }],
    records: [{ replaces: rerating?.reversals[0]?.id, record }],
  });
  for (const id of ["br_none", `${record?.id}x`])
    await refused(api, "GET", `/v1/billing-records/${id}/history`, undefined, { status: 404, words: "there was none" });
});

test("runs that keep no difference say why", async () => {
  const says = async (run: Run, words: string): Promise<void> =>
    refused(api, "GET", diffOf(run), undefined, { status: 404, field: "id", words });
  await says(runs.first, "replaced a draft");
  await says(await rate({ reason: "nothing has changed" }), "changed nothing");
  await says(await rate({ period: "2026-11", dry_run: true }), "had not been rated before");
  for (let round = 0; round < 5; round += 1) await rate({ dry_run: true });
  const clearing = { cleared: /rerate.drop_accounts$/, run: { kind: "rate", period: "2026-11" } };
  const amid = await amidClearing(api, diffOf(runs.dry, "?by=record"), { statement: /rerate.records$/, ...clearing });
  expect([amid.statusCode, amid.body]).toEqual([404, expect.stringContaining("later ones have taken its place")]);
  await says(runs.dry, "later ones have taken its place");
  expect((await api.call("GET", diffOf(runs.again))).statusCode, "a re-rating's is for ever").toBe(200);
});

test.each([
  ["blank", { kind: "rate", period: "2026-10", reason: " " }, 'reason is " "'],
  ["empty", { kind: "rate", period: "2026-10", reason: "" }, 'reason is ""'],
  ["too long", { kind: "rate", period: "2026-10", reason: "x".repeat(1001) }, "1000"],
  ["of aggregation", { kind: "aggregate", reason: "why not" }, "expected no such field with a run of kind aggregate"],
])("a reason that is %s is refused", async (_what, body, words) => {
  await refused(api, "POST", "/v1/runs", body, { status: 400, field: "reason", words });
});

test("of a run of aggregation nobody asks for accounts or records", async () => {
  const { data } = (await api.call("GET", "/v1/runs")).json<{ data: Run[] }>();
  const aggregated = data.find(({ kind }) => kind === "aggregate");
  if (aggregated === undefined) throw new Error("no run");
  const asked = diffOf(aggregated, "?by=record");
  await refused(api, "GET", asked, undefined, { status: 400, field: "by", words: "expected no such field" });
});
