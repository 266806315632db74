import { afterAll, beforeAll, expect, test } from "vitest";
import { inlineViews } from "../../core/inline-views.ts";
import { loadSql } from "../../core/sql.ts";
import { openRatingStore, type RatingStore } from "./rating-store.ts";

// The sums of a run are held against another way to them. Here its rows are spoiled one way after the other, and the check must say so.

const hour = 3_600_000;
const start = Date.UTC(2026, 9, 5);
let on: RatingStore;
let run_seq = "";
let spoiled = 1_000_000;

beforeAll(async () => {
  on = await openRatingStore();
  await on.writeAccounts([{ account_id: "acme", time_zone: "UTC" }]);
  await on.writeShapes([{ shape: 1n, offering: "small", zone: "z1" }]);
  const tiers = [
    { up_to: "3", rate: "0.05" },
    { up_to: null, rate: "0.03" },
  ];
  const price = { name: "running", usage_type: 1, unit: "hour" as const };
  await on.putCard([
    { ...price, tariff_id: "running", model: "graduated", tiers },
    { ...price, tariff_id: "licence", component: "licence", model: "per_unit", rate: "0.01" },
  ]);
  await on.writeUsage(
    [1, 2].flatMap((usage_type) =>
      ["vm-1", "vm-2"].map((resource) => ({
        account_id: "acme",
        usage_type,
        resource,
        start_ms: start,
        end_ms: start + 2 * hour,
        quantity: BigInt(2 * hour),
      })),
    ),
  );
  await on.publishUsage(1);
  const { run } = await on.rate("2026-10");
  run_seq = run.seq.toString();
});
afterAll(() => on.close());

/** The check over a copy of the run's rows in which `columns` stand for others. */
async function checked(columns: string, where = "1"): Promise<unknown> {
  spoiled += 1;
  const rows = `SELECT * FROM billing_record WHERE run_seq = ${run_seq} AND (${where})`;
  const replaced = [`toUInt64(${spoiled}) AS run_seq`, ...(columns === "" ? [] : [columns])].join(", ");
  await on.command(`INSERT INTO billing_record SELECT * REPLACE (${replaced}) FROM (${rows})`);
  const result = await on.store.run.query({
    query: inlineViews(loadSql("rating/check_period")),
    query_params: {
      run_seq: spoiled,
      as_of: 1,
      period: "2026-10",
      from_ms: start - 40 * 24 * hour,
      to_ms: start + 40 * 24 * hour,
    },
    format: "JSONEachRow",
  });
  return (await result.json<unknown>())[0];
}

const right = { wrong_prices: "0", lost_records: "0", wrong_quantities: "0" };

test("a run's own rows add up", async () => {
  expect(await checked("")).toEqual(right);
});

test.each([
  [
    "an amount",
    "if(tariff_id = 'running' AND tier = 1, amount + toDecimal128('0.000000001', 9), amount) AS amount",
    "1",
    { wrong_prices: "1" },
  ],
  [
    "a tariff that is not on the list",
    "if(tariff_id = 'licence', 'other', toString(tariff_id)) AS tariff_id",
    "1",
    { wrong_prices: "1" },
  ],
  [
    "a price that is not on the list",
    "if(price_no = 0, price_no, price_no + 100) AS price_no",
    "1",
    { wrong_prices: "2" },
  ],
  [
    "a record that is missing",
    "",
    "NOT (usage_type = 2 AND resource = 'vm-1')",
    { lost_records: "1", wrong_quantities: "1" },
  ],
  [
    "a quantity of what is unrated",
    "if(usage_type = 2, quantity + 1, quantity) AS quantity",
    "1",
    { wrong_quantities: "1" },
  ],
  [
    "more than was used under several components",
    "if(usage_type = 1 AND component = 'base' AND tier = 0, quantity + 1, quantity) AS quantity",
    "1",
    { wrong_quantities: "1" },
  ],
])("%s is found", async (_what, columns, where, wrong) => {
  expect(await checked(columns, where)).toEqual({ ...right, ...wrong });
});
