import { expect, test } from "vitest";
import { integerWidth } from "../../rating/integer-width.ts";

// 2 × used × rate + 2 × denominator must stay below 2^126 = 85,070,591,730,234,615,865,843,651,857,942,052,864
const tier = { low: 0n, high: null, rate: 2n ** 25n, numerator: 0n };

test("narrow integers up to the last quantity that fits, wide ones from the next on", () => {
  // 2 × (2^100 - 1) × 2^25 + 2 × 2^25 = 2^126
  expect(integerWidth([{ tiers: [tier], denominator: 2n ** 25n, used: 2n ** 100n - 1n }])).toBe("Int256");
  expect(integerWidth([{ tiers: [tier], denominator: 2n ** 25n, used: 2n ** 100n - 2n }])).toBe("Int128");
});

test("a tier nobody reaches counts too, for its numbers are computed with", () => {
  const far = { low: 2n ** 120n, high: null, rate: 1n, numerator: 2n ** 125n };
  expect(integerWidth([{ tiers: [tier, far], denominator: 1n, used: 1n }])).toBe("Int256");
  expect(
    integerWidth([
      {
        tiers: [
          { ...tier, high: 2n ** 126n },
          { ...far, numerator: 0n },
        ],
        denominator: 1n,
        used: 1n,
      },
    ]),
  ).toBe("Int256");
});

test("usage that nobody prices is summed all the same", () => {
  expect(integerWidth([{ tiers: [], denominator: 0n, used: 2n ** 126n }])).toBe("Int256");
  expect(integerWidth([])).toBe("Int128");
});
