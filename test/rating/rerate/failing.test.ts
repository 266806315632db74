// What a re-rating that fails leaves behind: nothing that counts, and nothing at all once the next run has begun.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Run } from "../../../core/runs.ts";
import { createBillingHistory } from "../../../rating/index.ts";
import { failing } from "../../failing.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";

const DAY_MS = 86_400_000;
const start_ms = Date.UTC(2026, 9, 5);
const period = "2026-10";
let on: RatingStore;
let first: Run;

const putRate = (rate: string) =>
  on.putCard([{ tariff_id: "vm", name: "vm", usage_type: 1, unit: "hour", model: "per_unit", rate }]);
const rerate = () => on.rate(period, { reason: "a test", asked_by: "Ada" });
const kept = async (): Promise<string[]> => {
  const rows = await on.rows<{ run_seq: string }>(
    "SELECT DISTINCT run_seq FROM (SELECT run_seq FROM rerated_record UNION ALL SELECT run_seq FROM rerated_account) ORDER BY run_seq",
  );
  return rows.map(({ run_seq }) => run_seq);
};
const billed = async (): Promise<string[]> =>
  (await on.billingRecords.list({ period, limit: 10 })).records.map(({ amount }) => amount);
const historyOfFirst = async () => {
  const [record] = (await on.billingRecords.list({ period, limit: 1 })).records;
  return (await createBillingHistory(on)(record?.id ?? ""))?.reratings;
};

beforeAll(async () => {
  on = await openRatingStore();
  await on.writeAccounts([{ account_id: "a", time_zone: "UTC" }]);
  await on.writeShapes([{ shape: 1n, offering: "small", zone: "z1" }]);
  const window = { start_ms, end_ms: start_ms + DAY_MS, quantity: BigInt(DAY_MS) };
  await on.writeUsage(["vm-1", "vm-2"].map((resource) => ({ account_id: "a", usage_type: 1, resource, ...window })));
  await on.publishUsage(1);
  await putRate("0.10");
  first = (await on.rate(period)).run;
  await putRate("0.20");
});
afterAll(() => on.close());

test.each([
  ["while totals are written", /^\s*INSERT INTO rerated_account/],
  ["while records are compared", /^\s*INSERT INTO rerated_record/],
])("a re-rating that fails %s changes nothing, and the next run clears it away", async (_when, statement) => {
  await failing(on.store.run, statement, () => expect(rerate()).rejects.toThrow("the disk is gone"));
  const [failed] = await on.ledger.list({ before_seq: null, limit: 1 });
  expect(failed).toMatchObject({ state: "failed", reason: "a test" });
  expect(await billed()).toEqual(["2.400000000", "2.400000000"]);
  expect(await historyOfFirst()).toEqual([]);
  await on.rate(period, { dry_run: true, look: async () => undefined });
  expect(await kept()).toEqual([]);
});

test("a re-rating whose process ends between its rows and publishing leaves no trace", async () => {
  const { step, fail } = on.ledger;
  // Whoever dies writes neither that it published nor that it failed.
  const dying: typeof on.ledger.step = async (run, change) => {
    if (change.state === "published") throw new Error("the process is gone");
    return step(run, change);
  };
  Object.assign(on.ledger, { step: dying, fail: async () => undefined });
  await expect(rerate()).rejects.toThrow("the process is gone");
  Object.assign(on.ledger, { step, fail });
  expect((await on.ledger.running())?.reason).toBe("a test");
  expect(await kept(), "its rows are there").toHaveLength(1);
  expect(await historyOfFirst(), "and count for nothing").toEqual([]);
  expect(await billed()).toEqual(["2.400000000", "2.400000000"]);
  const { run } = await rerate();
  expect(run).toMatchObject({ state: "published", counts: { compared_with: first.id, records_reversed: "2" } });
  expect(await kept()).toEqual([run.seq.toString()]);
  expect(await billed()).toEqual(["4.800000000", "4.800000000"]);
  expect(await historyOfFirst()).toMatchObject([{ run_id: run.id, reversed_run_id: first.id }]);
});

test("what a dry run kept outlives any number of forecasts", async () => {
  const { run } = await on.rate(period, { dry_run: true });
  const before = await kept();
  expect(before).toContain(run.seq.toString());
  // Each forecast is two dry runs that keep nothing; five of a month are kept.
  for (let forecasts = 0; forecasts < 3; forecasts += 1)
    for (const look of [async () => undefined, async () => undefined]) await on.rate(period, { dry_run: true, look });
  expect(await kept()).toEqual(before);
});

test.each([
  ["an amount is lost", "UPDATE amount = amount + 0.000000001 WHERE entry = 'new'", "wrong_amounts 1"],
  ["a quantity is lost", "UPDATE quantity = quantity - 1 WHERE entry = 'reversal'", "wrong_quantities 1"],
  ["a row is lost", "DELETE WHERE entry = 'new'", "wrong_records 1"],
  ["a reversal is not there", "UPDATE reversal_id = 'rv_0' WHERE entry = 'new'", "wrong_links 2"],
])("a re-rating is not published where %s", async (_what, fault, words) => {
  await putRate("0.30");
  const before = await billed();
  const { command } = on.store.run;
  on.store.run.command = async (params) => {
    const done = await command.call(on.store.run, params);
    if (/^\s*INSERT INTO rerated_record/.test(params.query))
      await on.command(
        `ALTER TABLE rerated_record ${fault} AND run_seq = (SELECT max(run_seq) FROM run) SETTINGS mutations_sync = 1, allow_nondeterministic_mutations = 1`,
      );
    return done;
  };
  try {
    await expect(rerate()).rejects.toThrow(words);
  } finally {
    on.store.run.command = command;
  }
  expect(await billed()).toEqual(before);
  expect(await historyOfFirst()).toHaveLength(1);
});

test("re-rated again and again, a record tells each turn of it, and the run before each", async () => {
  const { run: second } = await rerate();
  await putRate("0.40");
  // A run without a reason replaces a draft: it is not told, and the next re-rating reverses what it left.
  const { run: nightly } = await on.rate(period);
  await putRate("0.50");
  const { run: third } = await rerate();
  const history = (await historyOfFirst()) ?? [];
  expect(history.map(({ run_id, reversed_run_id }) => [run_id, reversed_run_id])).toEqual([
    [history[0]?.run_id, first.id],
    [second.id, history[0]?.run_id],
    [third.id, nightly.id],
  ]);
  expect(
    history.map(({ reversals, records }) => [...reversals, ...records].map(({ record }) => record.amount)),
  ).toEqual([
    ["-2.400000000", "4.800000000"],
    ["-4.800000000", "7.200000000"],
    ["-9.600000000", "12.000000000"],
  ]);
  expect(await billed()).toEqual(["12.000000000", "12.000000000"]);
});
