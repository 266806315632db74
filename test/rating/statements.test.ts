import { afterAll, beforeAll, expect, test } from "vitest";
import { openRatingStore, type RatingStore, type UsageRow } from "./rating-store.ts";
import { type CaseUsage, pricingCases } from "./golden-case.ts";

const cases = pricingCases();
const offerings = [...new Set(cases.flatMap(({ given }) => given.usage.map(({ offering = "" }) => offering)))];
const accountOf = (index: number): string => `case-${index}`;
/** Above any number that the first ratings have taken. */
const LATE_RUN = 1000;
let on: RatingStore;

beforeAll(async () => {
  on = await openRatingStore();
  await on.writeShapes(offerings.map((offering, index) => ({ shape: BigInt(index + 1), offering, zone: "z1" })));
  for (const [index, { given }] of cases.entries()) {
    const account_id = accountOf(index);
    const { currency = "EUR", card_currency = currency, time_zone = "Europe/Amsterdam" } = given;
    const others = [...new Set(given.usage.flatMap(({ account }) => (account === undefined ? [] : [account])))];
    await on.writeAccounts(
      [{ account_id, currency, time_zone, rate_card_id: account_id }].concat(
        others.map((name) => ({
          account_id: `${account_id}-${name}`,
          payer: account_id,
          time_zone,
          rate_card_id: account_id,
          currency,
        })),
      ),
    );
    const tariffs = given.tariffs.map(({ pooled, ...tariff }) => ({
      ...tariff,
      ...(pooled === undefined ? {} : { pooled: pooled === "true" }),
      usage_type: Number(tariff.usage_type),
      ...(tariff.tiers === undefined
        ? {}
        : { tiers: tariff.tiers.map(({ up_to, rate }) => ({ up_to: up_to === "null" ? null : up_to, rate })) }),
    }));
    await on.putCard(tariffs, account_id, card_currency);
    await on.writeUsage(given.usage.map((used) => rowOf(used, account_id)));
  }
  await on.publishUsage(1);
  const periods = new Set(cases.map(({ given }) => given.period));
  for (const period of periods) await on.rate(period);
  // What is heard late comes when all is rated: a run takes back what it said, and says it anew.
  for (const [index, { given }] of cases.entries()) {
    const rows = (given.late ?? []).flatMap(({ replaces, ...used }) => {
      const former = given.usage[Number(replaces)];
      if (former === undefined) throw new Error(`case ${index} replaces ${replaces}`);
      return [{ ...rowOf(former, accountOf(index)), sign: -1 as const }, rowOf(used, accountOf(index))];
    });
    await on.writeUsage(rows.map((row) => ({ ...row, run_seq: LATE_RUN })));
  }
  await on.publishUsage(LATE_RUN);
  const late = cases.filter(({ given }) => given.late !== undefined);
  for (const period of new Set(late.map(({ given }) => given.period))) await on.rate(period);
}, 180_000);
afterAll(() => on.close());

test("a preview by sums comes to the same lines as rating by records, in every period of the cases", async () => {
  for (const period of new Set(cases.map(({ given }) => given.period))) {
    const { by_records, by_sums } = await on.bothLines(period);
    expect(by_sums, period).toEqual(by_records);
    expect(by_sums.length, period).toBeGreaterThan(0);
  }
});

function rowOf(used: CaseUsage, account_id: string): UsageRow {
  const { usage_type, resource, account, offering = "", from, to, size = "1", slices = [[from, to]] } = used;
  const { quantity: counted } = used;
  const parts = slices.map(
    ([start, end]) =>
      [
        Date.parse(start),
        Date.parse(end),
        counted === undefined ? BigInt(size) * BigInt(Date.parse(end) - Date.parse(start)) : BigInt(counted),
      ] as const,
  );
  return {
    account_id: account === undefined ? account_id : `${account_id}-${account}`,
    shape: BigInt(offerings.indexOf(offering) + 1),
    usage_type: Number(usage_type),
    resource,
    start_ms: Date.parse(from),
    end_ms: Date.parse(to),
    quantity: parts.reduce((sum, [, , part]) => sum + part, 0n),
    slices: parts,
  };
}

test.each(cases.map((golden, index) => ({ ...golden, index })))("$why", async ({ given, then, index }) => {
  const { period } = given;
  const account_id = accountOf(index);
  const [statement] = await on.statements.list({ period, payer_account_id: account_id, limit: 1 });
  const asText = (statement?.lines ?? []).map(({ charge: _charge, adjusts: _adjusts, ...line }) =>
    Object.fromEntries(Object.entries(line).map(([name, value]) => [name, String(value)])),
  );
  expect(asText).toEqual(then.lines.map((line) => expect.objectContaining(line) as unknown));
  if (then.net !== undefined) expect(statement?.net).toBe(then.net);
  if (then.currency !== undefined) expect(statement?.currency).toBe(then.currency);
  const { records } = await on.billingRecords.list({ period, payer_account_id: account_id, limit: 100 });
  if (then.amounts !== undefined) expect(records.map(({ amount }) => amount)).toEqual(then.amounts);
  if (then.records !== undefined) expect(records).toHaveLength(Number(then.records));
});
