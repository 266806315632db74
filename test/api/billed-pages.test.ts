// Pages of usage as it is billed, while periods are closed and accounts come under closed ones between two of them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { listUsageRecords, readCompleteness, summarizeUsage, type UsageRecord } from "../../aggregate/index.ts";
import { closeUnpriced } from "../aggregate/closing-month.ts";
import { at } from "../at.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

const by = { by: "test" };
const span = "from=2026-03-01T00:00:00Z&to=2026-05-01T00:00:00Z";
let api: TestApi;

const use = (account_id: string, day: string, hours: number) => {
  const resource = `${account_id} on ${day}`;
  const end = `${day}T${String(hours).padStart(2, "0")}:00:00Z`;
  return [
    event(`${resource}/start`, "VM.START", `${day}T00:00:00Z`, { account_id, resource }),
    event(`${resource}/stop`, "VM.STOP", end, { account_id, resource }),
  ];
};
const publish = async (events: readonly unknown[]): Promise<void> => {
  await api.call("POST", "/v1/events", events);
  await api.system.aggregate({ until: at("2026-05-05T00:00:00Z") });
};

/** March of acme and parent is closed; what comes later is 2 h of acme, an adjustment, 3 h of child and 4 h of zeta, which have closed nothing. */
beforeAll(async () => {
  api = await openTestApi({ now: at("2026-05-05T00:00:00Z") });
  for (const account_id of ["acme", "child", "parent", "zeta"]) await api.system.accounts.put({ account_id }, by);
  await publish(["acme", "child", "parent", "zeta"].flatMap((account) => use(account, "2026-03-10", 10)));
  for (const payer of ["acme", "parent"]) await closeUnpriced(api.system, "2026-03", payer);
  await publish([...use("acme", "2026-03-11", 2), ...use("child", "2026-03-11", 3), ...use("zeta", "2026-03-11", 4)]);
});
afterAll(() => api.close());

interface Page {
  readonly data: UsageRecord[];
  readonly next_cursor: string | null;
}
const ask = (cursor: string | null) =>
  api.call("GET", `/v1/usage-records?${span}&limit=1${cursor === null ? "" : `&cursor=${cursor}`}`);
const page = async (cursor: string | null): Promise<Page> => {
  const answer = await ask(cursor);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<Page>();
};
/** All pages, and something done once so many are read. */
async function readAll(between: { after: number; act: () => Promise<unknown> } | null): Promise<string[]> {
  const found: UsageRecord[] = [];
  let cursor: string | null = null;
  do {
    const { data, next_cursor }: Page = await page(cursor);
    found.push(...data);
    cursor = next_cursor;
    if (found.length === between?.after) await between.act();
  } while (cursor !== null);
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  return found.map(
    ({ account_id, display_quantity, adjusts }) =>
      `${account_id} ${display_quantity} ${adjusts === null ? "" : "late"}`,
  );
}
const sumByMonth = async (): Promise<string[]> => {
  const query = `${span}&group_by=account,month`;
  const { data } = (await api.call("GET", `/v1/usage-summary?${query}`)).json<{
    data: { group: Record<string, string>; display_quantity: string }[];
  }>();
  return data
    .map(({ group, display_quantity }) => `${group["account"]} ${group["month"]} ${display_quantity}`)
    .toSorted();
};

test("a period that is closed between two pages changes none of those that follow", async () => {
  const sums = await sumByMonth();
  expect(sums).toEqual([
    "acme 2026-03 10",
    "acme 2026-04 2",
    "child 2026-03 13",
    "parent 2026-03 10",
    "zeta 2026-03 14",
  ]);
  const records = ["acme 10 ", "child 10 ", "child 3 ", "parent 10 ", "zeta 10 ", "zeta 4 ", "acme 2 late"];
  const close = async (): Promise<void> => {
    for (const [period, payer] of [
      ["2026-03", "zeta"],
      ["2026-04", "acme"],
    ] as const)
      expect((await closeUnpriced(api.system, period, payer)).closed).toHaveLength(1);
  };
  expect(await readAll({ after: 2, act: close })).toEqual(records);
  expect(await sumByMonth()).toEqual(sums);
});

test("an account that comes to a payer between two pages, and so under its closed periods, is not shown twice", async () => {
  const first = await page(null);
  const second = await page(first.next_cursor);
  const { data, next_cursor } = await page(second.next_cursor);
  expect(data).toMatchObject([{ account_id: "child", display_quantity: "3", adjusts: null }]);
  await api.system.accounts.put({ account_id: "child", payer_account_id: "parent" }, by);
  // Nothing new is published by it: the run that would have, covers the account first.
  await api.system.aggregate({ until: at("2026-05-05T00:00:00Z") });
  const amid = await ask(next_cursor);
  expect([amid.statusCode, amid.body]).toEqual([409, expect.stringContaining("ask for it again")]);
  expect(await readAll(null)).toEqual([
    "acme 10 ",
    "child 10 ",
    "parent 10 ",
    "zeta 10 ",
    "zeta 4 ",
    "acme 2 late",
    "child 3 late",
  ]);
  expect(await sumByMonth()).toEqual([
    "acme 2026-03 10",
    "acme 2026-04 2",
    "child 2026-03 10",
    "child 2026-04 3",
    "parent 2026-03 10",
    "zeta 2026-03 14",
  ]);
});

test("what a run wrote late counts no more for whoever knew it published, once its publishing turns out to have failed", async () => {
  const { system } = api;
  const { as_of, state } = await readCompleteness(system);
  const filter = {
    from: at("2026-03-01T00:00:00Z"),
    to: at("2026-05-01T00:00:00Z"),
    account_ids: ["acme"],
    usage_types: [],
    resources: [],
  };
  const asked = { filter, basis: "billing" as const, as_of, state };
  const grouping = { group_by: ["month" as const], tag_key: null, time_zone: "UTC", clip: false };
  const hours = async (): Promise<string[][]> => {
    const { records } = await listUsageRecords(system, { ...asked, after: null, limit: 10 });
    const sums = await summarizeUsage(system, { ...asked, ...grouping, limit: 10 });
    return [records, sums].map((of) => of.map(({ display_quantity }) => display_quantity));
  };
  expect(await hours()).toEqual([
    ["10", "2"],
    ["10", "2"],
  ]);
  // As the ledger has it of a run whose publishing was not heard of (views/01_current.sql).
  const rows = `SELECT * FROM run WHERE state = 'published' AND run_seq IN (SELECT max(run_seq) FROM usage_record)`;
  await system.store.write.command({
    query: `INSERT INTO run SELECT * REPLACE ('failed' AS state, step + 1 AS step) FROM (${rows})`,
  });
  expect(await hours()).toEqual([["10"], ["10"]]);
});
