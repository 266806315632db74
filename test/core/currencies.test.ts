import { expect, test } from "vitest";
import { currencyCodes, isCurrency, minorUnit } from "../../core/currencies.ts";

test.each([
  ["EUR", 2],
  ["USD", 2],
  ["JPY", 0],
  ["ISK", 0],
  ["XOF", 0],
  ["BHD", 3],
  ["KWD", 3],
  ["OMR", 3],
  ["TND", 3],
  ["JOD", 3],
  ["IQD", 3],
  ["LYD", 3],
  ["HUF", 2],
  ["IDR", 2],
  ["MGA", 2],
  ["CLP", 0],
  ["CLF", 4],
  ["UYW", 4],
  ["XCG", 2],
  ["ZWG", 2],
])("%s has %i decimals", (code, decimals) => void expect(minorUnit(code)).toBe(decimals));

test.each(["", "eur", "EURO", "BGN", "HRK", "ANG", "XAU", "XXX", "toString"])("%j is refused", (code) => {
  expect(isCurrency(code)).toBe(false);
  expect(() => minorUnit(code)).toThrow(RangeError);
});

test("the table holds the 165 codes of the standard that have a minor unit, each once", () => {
  // 178 codes in table A.1 less the 13 without one: 4 metals, 4 bond market units, XDR, XSU, XUA, XTS, XXX.
  expect(currencyCodes).toHaveLength(178 - 13);
  expect(new Set(currencyCodes).size).toBe(currencyCodes.length);
});

test("every code is one the engine's own list of currencies knows, the youngest aside", () => {
  const names = new Intl.DisplayNames("en", { type: "currency", fallback: "none" });
  const youngerThanEngines = new Set(["XAD", "XCG", "ZWG"]);
  for (const code of currencyCodes)
    if (!youngerThanEngines.has(code)) expect([code, names.of(code)]).toEqual([code, expect.any(String)]);
});
