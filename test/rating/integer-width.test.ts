import { expect, test } from "vitest";
import { integerWidth, worstOf } from "../../rating/integer-width.ts";
import type { CurveTier } from "../../rating/models/curve.ts";
import { sharePool } from "../../rating/models/pool.ts";
import { pricesOf } from "../../rating/prices.ts";
import { unitBase, unitNames } from "../../rating/units.ts";

const curveOf = (tiers: readonly CurveTier[], denominator: bigint, step_base = 1n) => ({
  tiers,
  denominator,
  step_base,
});
// 2 × used × rate + 2 × denominator must stay below 2^126 = 85,070,591,730,234,615,865,843,651,857,942,052,864
const tier = { tier: 0, low: 0n, high: null, rate: 2n ** 25n, numerator: 0n };

test("narrow integers up to the last quantity that fits, wide ones from the next on", () => {
  // 2 × (2^100 - 1) × 2^25 + 2 × 2^25 = 2^126
  const curve = curveOf([tier], 2n ** 25n);
  expect(integerWidth([{ curve, used: 2n ** 100n - 1n }])).toBe("Int256");
  expect(integerWidth([{ curve, used: 2n ** 100n - 2n }])).toBe("Int128");
});

test("a tier nobody reaches counts too, for its numbers are computed with", () => {
  const far = { tier: 1, low: 2n ** 120n, high: null, rate: 1n, numerator: 2n ** 125n };
  expect(integerWidth([{ curve: curveOf([tier, far], 1n), used: 1n }])).toBe("Int256");
  const high = curveOf(
    [
      { ...tier, high: 2n ** 126n },
      { ...far, numerator: 0n },
    ],
    1n,
  );
  expect(integerWidth([{ curve: high, used: 1n }])).toBe("Int256");
});

test("usage that nobody prices is summed all the same", () => {
  expect(integerWidth([{ curve: null, used: 2n ** 126n }])).toBe("Int256");
  expect(integerWidth([])).toBe("Int128");
});

test("P9: with all that the bounds at the edge let in, nothing passes 2^255, whatever the model", () => {
  // Design §9: a record is below 10^30 base units, a rate below 10^12 with 12 decimals; no period has more than 10^7 records of a series.
  const used = 10n ** 37n;
  const rate = "999999999999.999999999999";
  const units = [...unitNames].map((unit) => unitBase(unit, BigInt(366 * 86_400_000)));
  const borders = "999999999999999998";
  const tiers = [
    { up_to: borders, rate },
    { up_to: null, rate },
  ];
  const plain = { condition: "", included: "999999999999999999" };
  for (const unit_base of units) {
    const prices = [
      ...pricesOf({ ...plain, model: "per_unit", rate }, unit_base),
      ...pricesOf({ ...plain, model: "graduated", tiers }, unit_base),
      ...pricesOf({ ...plain, model: "volume", tiers }, unit_base),
      ...pricesOf({ ...plain, model: "package", rate, package_size: "1" }, unit_base),
    ];
    for (const { curve } of prices) for (const value of worstOf(curve, used)) expect(value < 2n ** 255n).toBe(true);
  }
  // A pool costs less than 10^38 nano units, which is all a Decimal(38, 9) holds.
  const [share] = sharePool(10n ** 38n - 1n, [{ account_no: 1, used }]);
  for (const value of worstOf(share?.curve ?? null, used)) expect(value < 2n ** 255n).toBe(true);
});
