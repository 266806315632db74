import { describe, expect, test } from "vitest";
import { createRegistry } from "../../core/registry.ts";
import type { UsageType } from "../../core/usage-type.ts";
import { readTariffs, type TariffInput, unitBase } from "../../rating/index.ts";

const registry = createRegistry();
const vm: TariffInput = {
  tariff_id: "vm",
  name: "VM",
  usage_type: 1,
  currency: "EUR",
  unit: "hour",
  model: "per_unit",
  rate: "0.01",
};
const other: TariffInput = { ...vm, tariff_id: "other" };
const read = (...tariffs: TariffInput[]) => readTariffs(tariffs, { currency: "EUR" }, registry);
const { rate: _rate, ...noRate } = vm;

describe("two tariffs that would price the same usage are refused, both named", () => {
  test.each<[string, Partial<TariffInput>, Partial<TariffInput>]>([
    ["alike", {}, {}],
    ["one for any offering", {}, { condition: 'offering == "small"' }],
    ["a shared offering", { condition: 'offering in ["small", "big"]' }, { condition: 'offering == "big"' }],
    ["conditions on different things", { condition: 'offering == "small"' }, { condition: 'zone == "z1"' }],
    ["a millisecond shared", { valid_to: "2026-10-01T00:00:00.001Z" }, { valid_from: "2026-10-01T00:00:00Z" }],
    [
      "one without end",
      { valid_from: "2026-01-01T00:00:00Z" },
      { valid_from: "2030-01-01T00:00:00Z", valid_to: "2031-01-01T00:00:00Z" },
    ],
  ])("%s", (_why, a, b) => {
    const refused = expect.objectContaining({
      key: "tariff-overlap",
      message: expect.stringMatching(/vm and other/) as string,
    }) as Error;
    expect(() => read({ ...vm, ...a }, { ...other, ...b })).toThrow(refused);
  });
});

test.each<[string, Partial<TariffInput>, Partial<TariffInput>]>([
  ["other usage types", {}, { usage_type: 2 }],
  ["other components", {}, { component: "support" }],
  ["other offerings", { condition: 'offering == "small"' }, { condition: 'offering == "big"' }],
  [
    "other zones, whatever the offering",
    { condition: 'zone == "z1"' },
    { condition: 'zone == "z2" && offering == "big"' },
  ],
  ["one after the other", { valid_to: "2026-10-01T02:00:00+02:00" }, { valid_from: "2026-10-01T00:00:00Z" }],
])("%s do not overlap", (_why, a, b) => void expect(read({ ...vm, ...a }, { ...other, ...b })).toHaveLength(2));

test.each<[string, TariffInput, string]>([
  ["a rate of 10^12", { ...vm, rate: "1000000000000" }, "tariffs/0/rate"],
  ["13 decimals", { ...vm, rate: "0.0000000000001" }, "tariffs/0/rate"],
  ["a rate below zero", { ...vm, rate: "-1" }, "tariffs/0/rate"],
  ["an exponent", { ...vm, rate: "1e3" }, "tariffs/0/rate"],
  ["a comma", { ...vm, rate: "0,01" }, "tariffs/0/rate"],
  ["an empty rate", { ...vm, rate: "" }, "tariffs/0/rate"],
  ["no rate", noRate, "tariffs/0/rate"],
  ["tiers beside a rate", { ...vm, tiers: [{ up_to: null, rate: "1" }] }, "tariffs/0/tiers"],
  ["graduated without tiers", { ...noRate, model: "graduated" }, "tariffs/0/tiers"],
  ["a rate beside tiers", { ...vm, model: "graduated", tiers: [{ up_to: null, rate: "1" }] }, "tariffs/0/rate"],
  [
    "a last tier that ends",
    { ...noRate, model: "graduated", tiers: [{ up_to: "5", rate: "1" }] },
    "tariffs/0/tiers/0/up_to",
  ],
  [
    "a tier open in the middle",
    {
      ...noRate,
      model: "graduated",
      tiers: [
        { up_to: null, rate: "1" },
        { up_to: null, rate: "1" },
      ],
    },
    "tariffs/0/tiers/0/up_to",
  ],
  [
    "tiers that do not rise",
    {
      ...noRate,
      model: "graduated",
      tiers: [
        { up_to: "5", rate: "1" },
        { up_to: "5", rate: "1" },
        { up_to: null, rate: "1" },
      ],
    },
    "tariffs/0/tiers/1/up_to",
  ],
  [
    "a tier up to nothing",
    {
      ...noRate,
      model: "graduated",
      tiers: [
        { up_to: "0", rate: "1" },
        { up_to: null, rate: "1" },
      ],
    },
    "tariffs/0/tiers/0/up_to",
  ],
  [
    "a tier in parts of a unit",
    {
      ...noRate,
      model: "graduated",
      tiers: [
        { up_to: "1.5", rate: "1" },
        { up_to: null, rate: "1" },
      ],
    },
    "tariffs/0/tiers/0/up_to",
  ],
  [
    "a bad rate in a tier",
    { ...noRate, model: "graduated", tiers: [{ up_to: null, rate: "x" }] },
    "tariffs/0/tiers/0/rate",
  ],
  ["a unit of size for time", { ...vm, unit: "gib_hour" }, "tariffs/0/unit"],
  ["an unknown usage type", { ...vm, usage_type: 65000 }, "tariffs/0/usage_type"],
  ["a currency that is none", { ...vm, currency: "EURO" }, "tariffs/0/currency"],
  [
    "an end before the start",
    { ...vm, valid_from: "2026-10-01T00:00:00Z", valid_to: "2026-10-01T00:00:00Z" },
    "tariffs/0/valid_to",
  ],
  ["a date without time", { ...vm, valid_from: "2026-10-01" }, "tariffs/0/valid_from"],
])("%s is refused by its field", (_why, tariff, field) => {
  expect(() => read(tariff)).toThrow(expect.objectContaining({ key: "invalid-request", field }) as Error);
});

test("the same id twice, or a card in no currency, is refused", () => {
  expect(() => read(vm, { ...vm, usage_type: 2 })).toThrow(
    expect.objectContaining({ key: "invalid-request", field: "tariffs/1/tariff_id" }) as Error,
  );
  expect(() => readTariffs([], { currency: "EURO" }, registry)).toThrow(
    expect.objectContaining({ field: "currency" }) as Error,
  );
});

test("the finest and the highest rate allowed are kept as written", () => {
  expect(read({ ...vm, rate: "999999999999.999999999999" })[0]?.rate).toBe("999999999999.999999999999");
});

test("a unit is an hour or the account's month, by the GiB where size counts", () => {
  const october_ms = 745n * 3_600_000n;
  expect(unitBase("hour", october_ms)).toBe(3_600_000n);
  expect(unitBase("month", october_ms)).toBe(2_682_000_000n);
  expect(unitBase("gib_hour", october_ms)).toBe(1_073_741_824n * 3_600_000n);
  expect(unitBase("gib_month", october_ms)).toBe(1_073_741_824n * 2_682_000_000n);
});

test("a unit of what is counted at points is so many of it, whatever the month", () => {
  const october_ms = 745n * 3_600_000n;
  expect(unitBase("gib", october_ms)).toBe(1_073_741_824n);
  expect(unitBase("each", october_ms)).toBe(1n);
  expect(unitBase("thousand", october_ms)).toBe(1_000n);
  expect(unitBase("million", october_ms)).toBe(1_000_000n);
  // what is held for an hour: 3,600,000 session·ms are one session hour
  expect(unitBase("unit_hour", october_ms)).toBe(3_600_000n);
});

test.each([
  [1, "ms", ["hour", "month"]],
  [6, "byte_ms", ["gib_hour", "gib_month"]],
  [4, "bytes", ["gib"]],
  [21, "requests", ["each", "thousand", "million"]],
  [1003, "session_ms", ["unit_hour"]],
] as const)("usage type %i, counted in %s, takes the units %j and refuses all others", (usage_type, base, fitting) => {
  const all = ["hour", "gib_hour", "month", "gib_month", "gib", "each", "thousand", "million", "unit_hour"] as const;
  for (const unit of all) {
    const asked = (): unknown => read({ ...vm, usage_type, unit });
    if (fitting.some((name) => name === unit)) expect(asked(), unit).toMatchObject([{ unit }]);
    else {
      expect(asked, unit).toThrow(
        expect.objectContaining({
          field: "tariffs/0/unit",
          message: expect.stringContaining(`expected ${fitting.join(" or ")}: `) as string,
        }) as Error,
      );
      expect(asked, unit).toThrow(`is counted in ${base}`);
    }
  }
});

test.each([
  ["hour", 1, 12],
  ["gib", 4, 12],
  ["each", 21, 6],
  ["thousand", 21, 9],
  ["million", 21, 12],
  ["unit_hour", 1003, 6],
] as const)("a rate per %s has so many digits that no reading makes an amount too wide", (unit, usage_type, digits) => {
  const priced = (rate: string) => read({ ...vm, usage_type, unit, rate });
  expect(priced(`${"9".repeat(digits)}.999999999999`)).toHaveLength(1);
  expect(() => priced(`1${"0".repeat(digits)}`)).toThrow(
    expect.objectContaining({
      field: "tariffs/0/rate",
      message: expect.stringContaining(`below 10^${digits},`) as string,
    }) as Error,
  );
});

test("a usage type an operator added is priced by what its unit is", () => {
  const tokens = { ...(registry.find(21) as UsageType), usage_type: 2002, name: "TOKENS", unit: "tokens" };
  const grown = createRegistry([...registry.list(), tokens]);
  const priced = (unit: TariffInput["unit"]) =>
    readTariffs([{ ...vm, usage_type: 2002, unit }], { currency: "EUR" }, grown);
  expect(priced("million")).toMatchObject([{ usage_type: 2002, unit: "million" }]);
  expect(() => priced("gib")).toThrow("TOKENS is counted in tokens");
  expect(() => read({ ...vm, usage_type: 2002, unit: "million" })).toThrow(
    expect.objectContaining({ field: "tariffs/0/usage_type" }) as Error,
  );
});
