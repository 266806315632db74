import fc from "fast-check";
import { expect, test } from "vitest";
import {
  Dec,
  allocate,
  dec,
  formatDecimal,
  formatFixed,
  parseDecimal,
  RATING_SCALE,
  roundRatio,
  roundTo,
} from "../../core/decimal.ts";

const money = { max_decimals: 9, max_integer_digits: 30 };
const signed = { ...money, negative: true };

test.each(["0", "0.0", "12.50", "0.000000001", "999999999999999999999999999999.999999999"])(
  "%s is a decimal",
  (text) => {
    expect(parseDecimal(text, money)).not.toBeNull();
  },
);

test.each([
  ["empty", ""],
  ["an exponent", "1e3"],
  ["a plus", "+1"],
  ["a leading zero", "01"],
  ["a bare point", ".5"],
  ["a point at the end", "5."],
  ["a comma", "1,5"],
  ["a blank", " 1"],
  ["a line end", "1\n"],
  ["hexadecimal", "0x10"],
  ["not a number", "NaN"],
  ["infinity", "Infinity"],
  ["ten decimals", "0.0000000001"],
  ["ten decimals, the last a zero", "1.5000000000"],
  ["31 digits", "1000000000000000000000000000000"],
  ["other digits", "١"],
  ["minus zero", "-0"],
  ["minus zero with decimals", "-0.00"],
])("%s is refused", (_why, text) => expect(parseDecimal(text, signed)).toBeNull());

test("a value below zero is refused unless it is asked for", () => {
  expect(parseDecimal("-1.5", money)).toBeNull();
  expect(formatDecimal(parseDecimal("-1.5", signed)!)).toBe("-1.5");
});

test("no decimals allowed means no point", () => {
  expect(parseDecimal("1.0", { max_decimals: 0, max_integer_digits: 3 })).toBeNull();
  expect(parseDecimal("999", { max_decimals: 0, max_integer_digits: 3 })?.toNumber()).toBe(999);
});

test("a literal that is no plain decimal is our mistake and throws", () => {
  for (const text of ["", "1e3", "NaN", "1_000"]) expect(() => dec(text)).toThrow(RangeError);
});

test.each([
  ["12.50", "12.5"],
  ["0.0", "0"],
  ["-0", "0"],
  ["0.0000000001", "0.0000000001"],
  ["1000000000000000000000000", "1000000000000000000000000"],
  ["-7.10", "-7.1"],
])("%s is written %s", (text, written) => {
  expect(formatDecimal(dec(text))).toBe(written);
  expect(dec(text).toString()).toBe(written);
});

test.each([
  ["0.125", 2, "0.13"],
  ["-0.125", 2, "-0.13"],
  ["0.124999", 2, "0.12"],
  ["2.5", 0, "3"],
  ["-2.5", 0, "-3"],
  ["-0.004", 2, "0.00"],
  ["12.5", 2, "12.50"],
  ["3", 9, "3.000000000"],
])("%s to %i decimals is %s: half goes away from zero", (text, decimals, written) => {
  expect(formatFixed(dec(text), decimals)).toBe(written);
  expect(roundTo(dec(text), decimals).equals(dec(written))).toBe(true);
});

test("a product of the largest quantity and the finest rate keeps every digit", () => {
  // (10^30 - 1) × (10^12 - 10^-12) = 10^42 - 10^18 - 10^12 + 10^-12
  const product = dec("9".repeat(30)).times(dec(`${"9".repeat(12)}.${"9".repeat(12)}`));
  expect(formatDecimal(product)).toBe(`${10n ** 42n - 10n ** 18n - 10n ** 12n}.000000000001`);
});

const digits = (max: number) => fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: max });
const decimals = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 30n - 1n }), digits(9))
  .map(
    ([minus, whole, fraction]) =>
      `${minus ? "-" : ""}${whole}${fraction.replace(/0+$/, "") === "" ? "" : `.${fraction.replace(/0+$/, "")}`}`,
  )
  .filter((text) => text !== "-0");

test("what is read is written as the same text", () => {
  fc.assert(fc.property(decimals, (text) => void expect(formatDecimal(parseDecimal(text, signed)!)).toBe(text)));
});

const numerators = fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n });
const denominators = fc.oneof(fc.bigInt({ min: 1n, max: 20n }), fc.bigInt({ min: 1n, max: 10n ** 40n }));

test("roundRatio takes the nearest whole, and of two as near the one further from zero", () => {
  fc.assert(
    fc.property(numerators, denominators, (num, den) => {
      const towardsZero = num / den; // BigInt division truncates
      const rest = num % den;
      const half = rest < 0n ? -rest * 2n : rest * 2n;
      const away = num < 0n ? towardsZero - 1n : towardsZero + 1n;
      expect(roundRatio(num, den)).toBe(half >= den ? away : towardsZero);
    }),
  );
});

test.each([
  [1n, 2n, 1n],
  [-1n, 2n, -1n],
  [3n, 2n, 2n],
  [-3n, 2n, -2n],
  [1n, 3n, 0n],
  [2n, 3n, 1n],
  [-2n, 3n, -1n],
  [0n, 7n, 0n],
  [-1n, 3n, 0n],
])("roundRatio(%s, %s) is %s", (num, den, whole) => void expect(roundRatio(num, den)).toBe(whole));

test("roundRatio refuses a denominator that is not positive", () => {
  for (const den of [0n, -1n]) expect(() => roundRatio(1n, den)).toThrow(RangeError);
});

test("rounding a decimal to the rating scale is R of its integers", () => {
  const scaled = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
  fc.assert(
    fc.property(scaled, (units) => {
      const value = new Dec(units.toString()).div(dec("1000000000000")); // units of 10^-12
      const expected = new Dec(roundRatio(units, 1000n).toString()).div(dec("1000000000"));
      expect(formatDecimal(roundTo(value, RATING_SCALE))).toBe(formatDecimal(expected));
    }),
  );
});

test.each([
  ["thirds: 33 each, the cent left goes to the first", 100n, [1n, 1n, 1n], [34n, 33n, 33n]],
  ["the largest remainder first: 5 × 1/6, 2/6, 3/6 = 0.83, 1.67, 2.5", 5n, [1n, 2n, 3n], [1n, 2n, 2n]],
  ["two left over: 1.4, 1.3, 1.3 of 4 → remainders 0.4, 0.3, 0.3", 4n, [14n, 13n, 13n], [2n, 1n, 1n]],
  ["a negative total mirrors the positive one", -100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
  ["who weighs nothing gets nothing", 7n, [0n, 2n, 0n, 1n], [0n, 5n, 0n, 2n]],
  ["nobody weighs anything: the first takes all", 7n, [0n, 0n], [7n, 0n]],
  ["nothing to split", 0n, [3n, 4n], [0n, 0n]],
  ["nothing to split and nobody to take it", 0n, [], []],
])("allocate, %s", (_why, total, weights, parts) => void expect(allocate(total, weights)).toEqual(parts));

test("allocate loses nothing, and no part is a whole unit off its exact share", () => {
  const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(numerators, weights, (total, shares) => {
      const parts = allocate(total, shares);
      const sum = shares.reduce((a, b) => a + b, 0n);
      expect(parts).toHaveLength(shares.length);
      expect(parts.reduce((a, b) => a + b, 0n)).toBe(total);
      expect(allocate(-total, shares)).toEqual(parts.map((part) => -part));
      if (sum === 0n) return;
      parts.forEach((part, i) => {
        const off = part * sum - total * (shares[i] ?? 0n);
        expect(off < sum && -off < sum).toBe(true);
      });
    }),
  );
});

test("allocate refuses a negative weight, and a total without anybody to take it", () => {
  expect(() => allocate(1n, [1n, -1n])).toThrow(RangeError);
  expect(() => allocate(1n, [])).toThrow(RangeError);
});
