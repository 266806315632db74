// What the bounds at the edge let in, driven through the engine: sizes and readings below 2^63, quantities below 10^30, rates below 10^12 with
// twelve decimals. All sums fit, those over accounts, too; what an amount cannot hold is refused, and nothing is published.
import { afterAll, beforeAll, expect, test } from "vitest";
import { monthBounds } from "../../core/calendar.ts";
import { createRatingDifferences, type TariffInput, type Unit, unitBase } from "../../rating/index.ts";
import { rateDigits, unitNames } from "../../rating/units.ts";
import { roundHalfAway, toMinorUnit, toNano } from "../oracle/money.ts";
import { openRatingStore, type RatingStore } from "./rating-store.ts";

const period = "2026-10";
const { start, end } = monthBounds({ zone: "UTC", month: period });
const month_ms = BigInt(end - start);
const reading = 2n ** 63n - 1n;
/** An amount has 38 digits in 128 bits, of which this is the last number. */
const amountMax = 2n ** 127n - 1n;
const ACCOUNTS = 700;
const RECORDS = 3n;

/** The usage type each unit prices, and the most that one record of a month can say of it. */
const most: Readonly<Record<Unit, { readonly usage_type: number; readonly quantity: bigint }>> = {
  hour: { usage_type: 1, quantity: month_ms },
  month: { usage_type: 1, quantity: month_ms },
  gib_hour: { usage_type: 6, quantity: 10n ** 30n - 1n },
  gib_month: { usage_type: 6, quantity: 10n ** 30n - 1n },
  gib: { usage_type: 4, quantity: reading },
  each: { usage_type: 21, quantity: reading },
  thousand: { usage_type: 21, quantity: reading },
  million: { usage_type: 21, quantity: reading },
  unit_hour: { usage_type: 1003, quantity: reading * month_ms },
};
const models = ["per_unit", "graduated", "volume", "package", "pooled"] as const;
type Model = (typeof models)[number];
const series = unitNames.flatMap((unit) => models.map((model) => ({ unit, model, account_id: `${model}-${unit}` })));

const rateOf = (unit: Unit): string => `${"9".repeat(rateDigits(unit))}.999999999999`;
function tariffOf(unit: Unit, model: Model): TariffInput {
  const { usage_type } = most[unit];
  const rate = rateOf(unit);
  const tiers = ["1000", "999999999999999998", null].map((up_to) => ({ up_to, rate }));
  const head = { tariff_id: model, name: model, usage_type, unit };
  if (model === "per_unit") return { ...head, model, rate };
  if (model === "package") return { ...head, model, rate, package_size: "1" };
  if (model === "pooled") return { ...head, model: "graduated", tiers, pooled: true };
  return { ...head, model, tiers };
}

/** R(P(c)) where every unit, or every package of one, costs the same. */
function priceOf(unit: Unit, model: Model, quantity: bigint): bigint {
  const base = unitBase(unit, month_ms);
  const rate12 = BigInt(rateOf(unit).replace(".", ""));
  const steps = model === "package" ? ((quantity + base - 1n) / base) * base : quantity;
  return toNano(steps * rate12, base * 10n ** 12n);
}

let on: RatingStore;
beforeAll(async () => {
  on = await openRatingStore();
  const window = { start_ms: start, end_ms: end };
  for (const { unit, model, account_id } of series) await on.putCard([tariffOf(unit, model)], account_id);
  await on.putCard([tariffOf("gib_hour", "per_unit")], "many", "EUR", [
    { charge_id: "levy", name: "levy", kind: "percentage", percent: "100", components: ["base"], component: "levy" },
    { charge_id: "off", name: "off", kind: "discount_percent", percent: "99.999999", components: ["base"] },
    { charge_id: "deal", name: "deal", kind: "commitment", amount: "1", components: ["levy"], overage_factor: "100" },
  ]);
  const many = Array.from({ length: ACCOUNTS }, (_, index) => `many-${index}`);
  await on.writeAccounts([
    ...series.map(({ account_id }) => ({ account_id, time_zone: "UTC", rate_card_id: account_id })),
    ...many.map((account_id) => ({ account_id, time_zone: "UTC", rate_card_id: "many" })),
  ]);
  await on.writeUsage([
    ...series.flatMap(({ unit, account_id }) =>
      Array.from({ length: Number(RECORDS) }, (_, n) => ({ account_id, ...most[unit], resource: `r${n}`, ...window })),
    ),
    ...many.map((account_id) => ({ account_id, ...most.gib_hour, resource: "r", ...window })),
  ]);
  await on.publishUsage(1);
}, 120_000);
afterAll(() => on.close());

const nano = (decimal: string): bigint => BigInt(decimal.replace(".", ""));

test("P9: at the bounds every unit and model is priced to the last digit, and what all come to is more than one amount can hold", async () => {
  const { run, totals } = await on.rate(period);
  expect(run.counts["integer"]).toBe("Int256");
  const sums = await on.rows<{ account_id: string; quantity: string; amount: string }>(
    "SELECT account_id, sum(quantity) AS quantity, sum(amount) AS amount FROM billing_record GROUP BY account_id",
  );
  const billed = new Map(sums.map(({ account_id, ...rest }) => [account_id, rest]));
  for (const { unit, model, account_id } of series) {
    const quantity = most[unit].quantity * RECORDS;
    const { amount = "", quantity: counted } = billed.get(account_id) ?? {};
    expect([account_id, counted, nano(amount)]).toEqual([
      account_id,
      quantity.toString(),
      priceOf(unit, model, quantity),
    ]);
  }
  const lines = await on.rows<{ exact: string; amount: string }>(
    "SELECT exact_amount AS exact, amount FROM statement_line",
  );
  const sum = (read: (line: (typeof lines)[number]) => string): bigint =>
    lines.reduce((all, line) => all + nano(read(line)), 0n);
  expect(nano(totals[0]?.exact_amount ?? "")).toBe(sum(({ exact }) => exact));
  expect(nano(totals[0]?.amount ?? "")).toBe(sum(({ amount }) => amount));
  expect(sum(({ amount }) => amount)).toBeGreaterThan(amountMax);
});

test("P9: what a rating changed is told to the last digit, also of all accounts together, which no amount can hold", async () => {
  const { run, totals } = await on.rate(period, { dry_run: true });
  const [told] = await createRatingDifferences(on).totals(run);
  const { exact_amount } = totals[0] ?? {};
  const sum = (totals[0]?.amount ?? "").replace(/0{7}$/, "");
  expect(told).toMatchObject({ before: sum, after: sum, difference: "0.00" });
  expect(nano(totals[0]?.amount ?? "")).toBeGreaterThan(amountMax);
  // Of billing records, so without the charges.
  expect(told?.exact_before).toBe(told?.exact_after);
  expect(nano(told?.exact_after ?? "")).toBeGreaterThan(amountMax);
  expect(nano(told?.exact_after ?? "")).toBeLessThan(nano(exact_amount ?? ""));
});

test("P9: an amount has room for thousands of the largest readings and sizes of a month at the highest rate", () => {
  const size = reading * month_ms;
  const room = (unit: Unit, quantity: bigint): bigint => amountMax / priceOf(unit, "per_unit", quantity);
  for (const unit of ["hour", "month"] as const) expect(room(unit, month_ms)).toBeGreaterThan(10n ** 14n);
  for (const unit of ["gib", "each", "thousand", "million"] as const)
    expect(room(unit, reading)).toBeGreaterThan(10_000n);
  for (const unit of ["gib_hour", "gib_month"] as const) expect(room(unit, size)).toBeGreaterThan(10_000n);
  // 2^63 sessions at once, all month, at a million for each of their hours
  expect(room("unit_hour", size)).toBeGreaterThan(10n);
});

test("P9: nothing that charges and sums of lines are worked out by can pass 256 bits", () => {
  const [percentMax, factorMax, linesMax, days] = [10n ** 8n, 10n ** 9n, 10n ** 12n, 366n];
  const worst = {
    "an amount of every line there could be": amountMax * linesMax,
    "a line rounded": 2n * amountMax + 10n ** 9n,
    "a percentage": 2n * amountMax * percentMax + percentMax,
    "a discount's coins times a line's": amountMax * amountMax,
    "what is above a commitment": 2n * amountMax * factorMax + 10n ** 6n,
    "a part of a month": 2n * amountMax * days + days * 10n ** 9n,
  };
  for (const [what, value] of Object.entries(worst)) expect(value < 2n ** 255n, what).toBe(true);
});

test("P9: charges on amounts at the bounds are right to the last digit", async () => {
  const [statement] = await on.statements.list({ period, payer_account_id: "many-7", limit: 1 });
  const coin = (amount: bigint): bigint => toMinorUnit(amount, "EUR");
  const base = coin(priceOf("gib_hour", "per_unit", most.gib_hour.quantity));
  const off = coin(roundHalfAway(base * 99_999_999n, 10n ** 8n));
  const over = (base - 10n ** 9n) * 99n;
  const expected = [base, base, -off, over].map((amount) => amount / 10n ** 7n);
  expect(statement?.lines.map(({ amount }) => nano(amount))).toEqual(expected);
  expect(nano(statement?.net ?? "")).toBe(expected.reduce((all, amount) => all + amount, 0n));
});

test("a preview by sums is the same at the bounds", async () => {
  const { by_records, by_sums } = await on.bothLines(period);
  expect(by_sums).toEqual(by_records);
});

test("P9: what no amount can hold is refused, not wrapped, and nothing is published of it", async () => {
  const november = monthBounds({ zone: "UTC", month: "2026-11" });
  await on.writeUsage(
    Array.from({ length: ACCOUNTS }, (_, n) => ({
      account_id: "many-0",
      ...most.gib_hour,
      resource: `r${n}`,
      start_ms: november.start,
      end_ms: november.end,
    })),
  );
  expect(priceOf("gib_hour", "per_unit", most.gib_hour.quantity * BigInt(ACCOUNTS))).toBeGreaterThan(amountMax);
  await expect(on.rate("2026-11")).rejects.toThrow("more than 29 digits before the point");
  expect(await on.statements.list({ period: "2026-11", limit: 1 })).toEqual([]);
  expect((await on.statements.list({ period, limit: 1000 })).length).toBe(series.length + ACCOUNTS);
});
