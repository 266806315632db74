import fc from "fast-check";
import { expect, test } from "vitest";
import { rateQuantity } from "../../rating/index.ts";

const HOUR_MS = 3_600_000n;
const stepped = {
  model: "graduated" as const,
  tiers: [
    { up_to: "730", rate: "0.010" },
    { up_to: "800", rate: "0.008" },
    { up_to: null, rate: "0.0000005" },
  ],
};
const price = (from: bigint, to: bigint) => rateQuantity({ tariff: stepped, unit_base: HOUR_MS, from, to });
const nano = (decimal: string): bigint => BigInt(decimal.replace(".", ""));
const quantities = fc.bigInt({ min: 0n, max: 1000n * HOUR_MS });

test("a record over two borders is three parts, each at its own rate", () => {
  // 729 h to 802 h: 1 × 0.010, 70 × 0.008 = 0.56, 2 × 0.0000005 = 0.000001
  expect(price(729n * HOUR_MS, 802n * HOUR_MS).map(({ tier, amount }) => [tier, amount])).toEqual([
    [0, "0.010000000"],
    [1, "0.560000000"],
    [2, "0.000001000"],
  ]);
});

test("nothing used is one part of no amount in the tier it would continue, on a border the one that ends there", () => {
  for (const [at, tier] of [
    [0n, 0],
    [730n * HOUR_MS, 0],
    [730n * HOUR_MS + 1n, 1],
    [800n * HOUR_MS, 1],
    [900n * HOUR_MS, 2],
  ] as const) {
    expect(price(at, at).map(({ tier: found, amount }) => [found, amount])).toEqual([[tier, "0.000000000"]]);
  }
});

test("half of the ninth decimal goes up", () => {
  // 0.000000001 an hour for half an hour is 0.0000000005
  const tariff = { model: "per_unit" as const, rate: "0.000000001" };
  const half = rateQuantity({ tariff, unit_base: HOUR_MS, from: 0n, to: HOUR_MS / 2n });
  const less = rateQuantity({ tariff, unit_base: HOUR_MS, from: 0n, to: HOUR_MS / 2n - 1n });
  expect([half[0]?.amount, less[0]?.amount]).toEqual(["0.000000001", "0.000000000"]);
});

test("however a quantity is cut into records, their amounts add up to the price of the whole", () => {
  fc.assert(
    fc.property(fc.array(quantities, { maxLength: 20 }), quantities, (cuts, total) => {
      const edges = [0n, ...cuts.filter((cut) => cut < total), total].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      const sum = (parts: readonly { amount: string }[]): bigint =>
        parts.reduce((all, { amount }) => all + nano(amount), 0n);
      const cut = edges.slice(1).flatMap((to, index) => price(edges[index] ?? 0n, to));
      expect(sum(cut)).toBe(sum(price(0n, total)));
    }),
  );
});

test("more use never costs less", () => {
  fc.assert(
    fc.property(quantities, quantities, (from, more) =>
      price(from, from + more).every(({ amount }) => nano(amount) >= 0n),
    ),
  );
});

test("a quantity that runs backwards is our fault and stops the job", () => {
  expect(() => price(2n, 1n)).toThrow("a quantity runs from 2 to 1");
});
