import { afterAll, beforeAll, expect, test } from "vitest";
import { openRatingStore, type RatingStore } from "./rating-store.ts";

const DAY_MS = 86_400_000;
const OCTOBER_MS = Date.UTC(2026, 8, 30, 22); // Amsterdam
let on: RatingStore;

beforeAll(async () => {
  on = await openRatingStore();
  await on.writeAccounts([
    { account_id: "a" },
    { account_id: "b", payer: "a" },
    { account_id: "yen", currency: "JPY" },
    { account_id: "system", kind: "system" },
  ]);
  await on.writeShapes([
    { shape: 1n, offering: "small", zone: "z1" },
    { shape: 2n, offering: "it's \\ big\t", zone: "z2" },
  ]);
  await on.putCard([
    {
      tariff_id: "vm",
      name: "vm",
      usage_type: 1,
      currency: "EUR",
      unit: "hour",
      model: "per_unit",
      rate: "0.01",
      condition: 'offering == "small"',
    },
    {
      tariff_id: "big",
      name: "big",
      usage_type: 1,
      currency: "EUR",
      unit: "hour",
      model: "per_unit",
      rate: "0.05",
      condition: `offering == ${JSON.stringify("it's \\ big\t")}`,
    },
    {
      tariff_id: "care",
      name: "care",
      usage_type: 1,
      component: "support",
      currency: "EUR",
      unit: "hour",
      model: "per_unit",
      rate: "0.001",
    },
  ]);
  const window = { start_ms: OCTOBER_MS, end_ms: OCTOBER_MS + DAY_MS, quantity: BigInt(DAY_MS) };
  await on.writeUsage([
    { account_id: "a", usage_type: 1, resource: "vm-1", ...window },
    { account_id: "a", usage_type: 1, resource: "vm-2", shape: 2n, ...window },
    { account_id: "b", usage_type: 1, resource: "vm-3", ...window },
    { account_id: "b", usage_type: 2, resource: "vm-3", ...window },
    { account_id: "yen", usage_type: 1, resource: "vm-4", ...window },
    { account_id: "system", usage_type: 1, resource: "vr-1", ...window },
    // windows of the months before and after, which October must not see
    {
      account_id: "a",
      usage_type: 1,
      resource: "vm-1",
      start_ms: OCTOBER_MS - DAY_MS,
      end_ms: OCTOBER_MS,
      quantity: BigInt(DAY_MS),
    },
    {
      account_id: "a",
      usage_type: 1,
      resource: "vm-1",
      start_ms: OCTOBER_MS + 745 * 3_600_000,
      end_ms: OCTOBER_MS + 769 * 3_600_000,
      quantity: BigInt(DAY_MS),
    },
  ]);
  await on.publishUsage(1);
});
afterAll(() => on.close());

test("a payer's statement has the lines of all he pays for, each tariff on its own conditions, components added", async () => {
  const { run } = await on.rate("2026-10");
  expect(run.state).toBe("published");
  const [bill, yen, ...others] = await on.statements.list({ period: "2026-10", limit: 10 });
  expect(others).toEqual([]);
  expect(bill?.payer_account_id).toBe("a");
  expect(
    bill?.lines.map(({ account_id, kind, tariff_id, quantity, unit, amount, exact_amount }) => [
      account_id,
      kind,
      tariff_id,
      quantity,
      unit,
      amount,
      exact_amount,
    ]),
  ).toEqual([
    ["a", "usage", "big", "24.000000000", "hour", "1.20", "1.200000000"], // 24 × 0.05
    ["a", "usage", "vm", "24.000000000", "hour", "0.24", "0.240000000"], // 24 × 0.01
    ["a", "usage", "care", "48.000000000", "hour", "0.05", "0.048000000"], // 2 × 24 × 0.001
    ["b", "usage", "vm", "24.000000000", "hour", "0.24", "0.240000000"],
    ["b", "usage", "care", "24.000000000", "hour", "0.02", "0.024000000"],
    ["b", "unrated", null, "86400000.000000000", "ms", "0.00", "0.000000000"],
  ]);
  expect(bill).toMatchObject({
    net: "1.75",
    total: "1.75",
    payable: "1.75",
    credits_applied: "0.00",
    number: null,
    state: "draft",
    taxes: [],
  });
  expect(bill?.lines[2]).toMatchObject({
    rounding: "0.002000000",
    unit_price: "0.001",
    description: "RUNNING_VM · care",
    base_quantity: "172800000",
  });
  expect(yen).toMatchObject({
    currency: "JPY",
    net: "0",
    lines: [{ kind: "unrated", amount: "0", description: "RUNNING_VM · no tariff" }],
  });
  expect(await on.statements.get(bill?.id ?? "")).toEqual(bill);
  expect(await on.statements.get("st_202610_00000000000000000000000000000000")).toBeNull();
  expect(await on.statements.get("nonsense")).toBeNull();
});

test("P12: nothing changed is nothing done, and a forced run gives the same bytes", async () => {
  const before = JSON.stringify(await on.statements.list({ period: "2026-10", limit: 10 }));
  expect((await on.rate("2026-10")).run.state).toBe("unchanged");
  expect((await on.rate("2026-10", { force: true })).run.state).toBe("published");
  expect(JSON.stringify(await on.statements.list({ period: "2026-10", limit: 10 }))).toBe(before);
});

test("a dry run says what would be billed and leaves what is", async () => {
  const before = await on.statements.list({ period: "2026-10", limit: 10 });
  const card = await on.rateCards.get("default");
  const doubled = (card?.tariffs ?? []).map((tariff) =>
    tariff.tariff_id === "big" ? { ...tariff, rate: "0.10" } : tariff,
  );
  await on.putCard(doubled);
  const { run, totals } = await on.rate("2026-10", { dry_run: true });
  expect(run.state).toBe("discarded");
  expect(totals.find(({ currency }) => currency === "EUR")?.amount).toBe("2.950000000"); // 1.75 + 24 × 0.05
  expect(await on.statements.list({ period: "2026-10", limit: 10 })).toEqual(before);
  expect(await on.rows(`SELECT count() AS n FROM billing_record WHERE run_seq = ${run.seq}`)).toEqual([{ n: "0" }]);
  await on.putCard(card?.tariffs ?? []);
});

test("pages of billing records add up to all of them, and each is found by its id", async () => {
  const all = await on.billingRecords.list({ period: "2026-10", limit: 100 });
  expect(all.next).toBeNull();
  expect(all.records).toHaveLength(8); // a: vm, big, 2 care; b: vm, care, unrated; yen: unrated
  const paged = [];
  let after;
  do {
    const page: Awaited<ReturnType<typeof on.billingRecords.list>> = await on.billingRecords.list({
      period: "2026-10",
      limit: 3,
      ...(after === undefined ? {} : { after }),
    });
    paged.push(...page.records);
    after = page.next ?? undefined;
  } while (after !== undefined);
  expect(paged).toEqual(all.records);
  for (const record of all.records) expect(await on.billingRecords.get(record.id)).toEqual(record);
  expect(await on.billingRecords.get("br_202610_0")).toBeNull();
  const unrated = await on.billingRecords.list({ period: "2026-10", state: "unrated", limit: 10 });
  expect(
    unrated.records.map(({ account_id, usage_type, amount, tariff_id }) => [account_id, usage_type, amount, tariff_id]),
  ).toEqual([
    ["b", 2, "0.000000000", null],
    ["yen", 1, "0.000000000", null],
  ]);
  const paidByA = await on.billingRecords.list({
    period: "2026-10",
    payer_account_id: "a",
    account_id: "b",
    usage_type: 1,
    limit: 10,
  });
  expect(paidByA.records.map(({ tariff_id }) => tariff_id)).toEqual(["care", "vm"]);
});

test("a correction of usage changes the bill, and rows of all but two published runs go", async () => {
  const window = { start_ms: OCTOBER_MS, end_ms: OCTOBER_MS + DAY_MS };
  await on.writeUsage([
    { account_id: "a", usage_type: 1, resource: "vm-1", ...window, quantity: BigInt(DAY_MS), sign: -1, run_seq: 50 },
    { account_id: "a", usage_type: 1, resource: "vm-1", ...window, quantity: BigInt(DAY_MS / 2), run_seq: 50 },
    {
      account_id: "a",
      usage_type: 1,
      resource: "vm-2",
      shape: 2n,
      ...window,
      quantity: BigInt(DAY_MS),
      sign: -1,
      run_seq: 50,
    },
  ]);
  const { statements } = on;
  const before = await statements.list({ period: "2026-10", limit: 10 });
  expect((await on.rate("2026-10", { force: true })).run.state).toBe("published");
  expect(await statements.list({ period: "2026-10", limit: 10 })).toEqual(before); // run 50 is not published yet
  await on.publishUsage(50);
  expect((await on.rate("2026-10")).run.state).toBe("published");
  const [bill] = await statements.list({ period: "2026-10", limit: 10 });
  expect(bill?.lines.slice(0, 2).map(({ tariff_id, quantity, amount }) => [tariff_id, quantity, amount])).toEqual([
    ["vm", "12.000000000", "0.12"],
    ["care", "12.000000000", "0.01"],
  ]);
  const kept = await on.rows<{ n: string }>(
    "SELECT uniqExact(run_seq) AS n FROM billing_record WHERE period = '2026-10'",
  );
  expect(kept).toEqual([{ n: "2" }]);
});

test("a period that is no month is refused", async () => {
  await expect(on.rate("2026-13")).rejects.toMatchObject({ key: "invalid-request", field: "period" });
});
