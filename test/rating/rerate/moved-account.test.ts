// What a re-rating says of an account that has come to another payer: it is taken back from the one and charged to the other.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Run } from "../../../core/runs.ts";
import { createBillingHistory, createRatingDifferences, type TariffInput } from "../../../rating/index.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";

const DAY_MS = 86_400_000;
const start_ms = Date.UTC(2026, 9, 5);
const period = "2026-10";
const own = { time_zone: "UTC", rate_card_id: "two" } as const;
const asked = { account_ids: [], after: null, limit: 10 };
let on: RatingStore;

const hourly = (currency: string, rate: string): TariffInput => ({
  tariff_id: `vm-${currency}`,
  name: "vm",
  usage_type: 1,
  currency,
  unit: "hour",
  model: "per_unit",
  rate,
});

/** `dev` used a day. It was paid for by `old`, then by `new` in the same currency, then by `yen`, each for all of October. */
beforeAll(async () => {
  on = await openRatingStore();
  await on.putCard([hourly("EUR", "0.10"), hourly("JPY", "20")], "two");
  await on.writeShapes([{ shape: 1n, offering: "small", zone: "z1" }]);
  await on.writeAccounts([
    { account_id: "old", ...own },
    { account_id: "new", ...own },
    { account_id: "yen", currency: "JPY", ...own },
    { account_id: "dev", payer: "old", ...own },
  ]);
  const window = { start_ms, end_ms: start_ms + DAY_MS, quantity: BigInt(DAY_MS) };
  await on.writeUsage([{ account_id: "dev", usage_type: 1, resource: "vm-1", ...window }]);
  await on.publishUsage(1);
  await on.rate(period);
}, 120_000);
afterAll(() => on.close());

async function moveTo(payer: string, version: number): Promise<Run> {
  await on.writeAccounts([{ account_id: "dev", payer, version, changed_ms: version, ...own }]);
  return (await on.rate(period, { reason: `${payer} pays`, asked_by: "Ada" })).run;
}
const billOf = async (): Promise<unknown[]> =>
  (await on.statements.list({ period, limit: 10 })).map(({ payer_account_id, currency, net }) => [
    payer_account_id,
    currency,
    net,
  ]);

// Worked: 24 h at 0.10 are 2.40 EUR, at 20 they are 480 JPY.
test("what moves to another payer is less on the one bill and more on the other, and nothing in all", async () => {
  const differences = createRatingDifferences(on);
  expect(await billOf()).toEqual([["old", "EUR", "2.40"]]);
  const run = await moveTo("new", 2);
  expect(await billOf()).toEqual([["new", "EUR", "2.40"]]);
  const accounts = await differences.accounts(run, asked);
  expect(accounts.map(({ payer_account_id, ...sums }) => [payer_account_id, sums])).toEqual([
    ["new", expect.objectContaining({ account_id: "dev", before: "0.00", after: "2.40", lines_added: "1" })],
    ["old", expect.objectContaining({ account_id: "dev", before: "2.40", after: "0.00", lines_removed: "1" })],
  ]);
  expect(await differences.totals(run)).toMatchObject([
    { currency: "EUR", before: "2.40", after: "2.40", difference: "0.00", exact_difference: "0.000000000" },
  ]);
  const [found, ...others] = await differences.records(run, asked);
  expect(others).toEqual([]);
  expect(found?.change).toMatchObject({
    changed: ["payer_account_id"],
    before: [{ payer_account_id: "old", amount: "2.400000000" }],
    after: [{ payer_account_id: "new", amount: "2.400000000" }],
    difference: [{ currency: "EUR", amount: "0.000000000" }],
  });
});

test("where the new payer pays in another currency, each has a difference of its own and nothing is converted", async () => {
  const differences = createRatingDifferences(on);
  const run = await moveTo("yen", 3);
  expect(await billOf()).toEqual([["yen", "JPY", "480"]]);
  expect(await differences.totals(run)).toMatchObject([
    { currency: "EUR", before: "2.40", after: "0.00", difference: "-2.40" },
    { currency: "JPY", before: "0", after: "480", difference: "480" },
  ]);
  const [found] = await differences.records(run, asked);
  expect(found?.change.difference).toEqual([
    { currency: "EUR", amount: "-2.400000000" },
    { currency: "JPY", amount: "480.000000000" },
  ]);
  expect(found?.change.changed).toEqual(
    expect.arrayContaining(["payer_account_id", "currency", "tariff_id", "amount"]),
  );
});

test("the history of the record names both moves, and what each took back and put in its place", async () => {
  const [record] = (await on.billingRecords.list({ period, limit: 10 })).records;
  const history = await createBillingHistory(on)(record?.id ?? "");
  expect(history?.now.map(({ payer_account_id, amount }) => [payer_account_id, amount])).toEqual([
    ["yen", "480.000000000"],
  ]);
  const told = history?.reratings.map(({ reason, reversals, records }) => [
    reason,
    reversals.map((one) => [one.record.payer_account_id, one.record.amount]),
    records.map((one) => [one.record.payer_account_id, one.record.amount, one.replaces === reversals[0]?.id]),
  ]);
  expect(told).toEqual([
    ["new pays", [["old", "-2.400000000"]], [["new", "2.400000000", true]]],
    ["yen pays", [["new", "-2.400000000"]], [["yen", "480.000000000", true]]],
  ]);
});
