import { parseDecimal } from "../core/decimal.ts";
import { bandsClash } from "./models/bands.ts";
import { refuse } from "./refuse.ts";
import type { PriceBand, PriceMatrix, Tariff, TariffInput } from "./tariff.ts";
import { rateDigits } from "./units.ts";

const RATE_DECIMALS = 12;
const WHOLE_UNITS = { max_decimals: 0, max_integer_digits: 18 };
const wholeExpected = "whole units as text, such as 730";

/** The fields of a tariff that say what it costs. */
export type PriceFields = Pick<Tariff, "rate" | "package_size" | "tiers" | "included" | "pooled" | "bands" | "matrix">;

/** Fields that each model has and needs; all models may have an allowance and be pooled. */
const fieldsOf = {
  per_unit: { rate: true, package_size: false, tiers: false, variants: true },
  graduated: { rate: false, package_size: false, tiers: true, variants: false },
  volume: { rate: false, package_size: false, tiers: true, variants: false },
  package: { rate: true, package_size: true, tiers: false, variants: false },
} as const;

/**
 * What a tariff costs, checked: each model has its own fields and no other's.
 * @throws AppError invalid-request naming the field
 */
export function readPrice(input: TariffInput, at: string): PriceFields {
  const { model, rate, package_size, tiers, bands, matrix } = input;
  const rule = fieldsOf[model];
  if (!rule.rate && rate !== undefined)
    refuse(`${at}/rate`, rate, `no rate of its own with model ${model}: each tier has one`);
  if (!rule.tiers && tiers !== undefined) refuse(`${at}/tiers`, "tiers", `no tiers with model ${model}`);
  if (!rule.package_size && package_size !== undefined)
    refuse(`${at}/package_size`, package_size, `no package_size with model ${model}`);
  for (const [name, of] of Object.entries({ bands, matrix })) {
    if (of !== undefined && !rule.variants)
      refuse(`${at}/${name}`, name, `no ${name} with model ${model}, only per_unit`);
  }
  const varied = bands !== undefined || matrix !== undefined;
  if (rule.rate && rate === undefined && !varied) refuse(`${at}/rate`, rate, rateExpected(input.unit));
  return {
    ...(rate === undefined ? {} : { rate: checkRate(`${at}/rate`, { rate, unit: input.unit }) }),
    ...(rule.package_size ? { package_size: readPackageSize(package_size, at) } : {}),
    ...(rule.tiers ? { tiers: readTiers(input, at) } : {}),
    ...readVariants(input, at),
    included: readIncluded(input, at),
    pooled: input.pooled ?? false,
  };
}

function readPackageSize(package_size: string | undefined, at: string): string {
  if (package_size === undefined || !isWhole(package_size) || package_size === "0")
    refuse(`${at}/package_size`, package_size, `${wholeExpected}, at least 1`);
  return package_size;
}

function readTiers({ tiers, unit }: TariffInput, at: string): NonNullable<Tariff["tiers"]> {
  if (tiers === undefined) refuse(`${at}/tiers`, tiers, "one tier at least");
  let reached = 0n;
  for (const [index, { up_to, rate }] of tiers.entries()) {
    const field = `${at}/tiers/${index}`;
    checkRate(`${field}/rate`, { rate, unit });
    if (index === tiers.length - 1) {
      if (up_to !== null) refuse(`${field}/up_to`, up_to, "null: the last tier is open");
    } else {
      if (up_to === null || !isWhole(up_to)) refuse(`${field}/up_to`, up_to, wholeExpected);
      if (BigInt(up_to) <= reached) refuse(`${field}/up_to`, up_to, `more than ${reached}: tiers rise`);
      reached = BigInt(up_to);
    }
  }
  return tiers;
}

// What several rates share an allowance or a pool at would depend on which of them is used first.
function readVariants(input: TariffInput, at: string): { bands?: PriceBand[]; matrix?: PriceMatrix } {
  const { bands, matrix, unit, included, pooled } = input;
  if (bands === undefined && matrix === undefined) return {};
  const name = bands === undefined ? "matrix" : "bands";
  if (bands !== undefined && matrix !== undefined) refuse(`${at}/matrix`, "matrix", "either bands or a matrix");
  if (included !== undefined && included !== "0")
    refuse(`${at}/included`, included, `no allowance with ${name}: put it on a tariff of one rate`);
  if (pooled === true) refuse(`${at}/pooled`, pooled, `no pool with ${name}: its rates are the same for all as it is`);
  for (const [index, { rate }] of (bands ?? []).entries()) checkRate(`${at}/bands/${index}/rate`, { rate, unit });
  for (const [index, { rate }] of (matrix?.values ?? []).entries())
    checkRate(`${at}/matrix/values/${index}/rate`, { rate, unit });
  requireApart(input, at);
  return { ...(bands === undefined ? {} : { bands }), ...(matrix === undefined ? {} : { matrix }) };
}

function requireApart({ bands = [], matrix }: TariffInput, at: string): void {
  const names = bands.map(({ name }) => name);
  const values = (matrix?.values ?? []).map(({ value }) => value);
  for (const [index, band] of bands.entries()) {
    const field = `${at}/bands/${index}`;
    if (names.indexOf(band.name) !== index) refuse(`${field}/name`, band.name, "a name of its own in the tariff");
    const earlier = bands.slice(0, index).find((other) => bandsClash(other, band));
    if (earlier !== undefined) refuse(field, band.name, `a band that does not meet ${earlier.name} in the week`);
  }
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) !== index) refuse(`${at}/matrix/values/${index}/value`, value, "each value once");
  }
}

function readIncluded({ included = "0" }: TariffInput, at: string): string {
  if (!isWhole(included)) refuse(`${at}/included`, included, wholeExpected);
  return included;
}

function isWhole(text: string): boolean {
  return parseDecimal(text, WHOLE_UNITS) !== null;
}

function rateExpected(unit: TariffInput["unit"]): string {
  return `a decimal text from 0, below 10^${rateDigits(unit)}, with ${RATE_DECIMALS} decimals at most, such as 0.0125`;
}

function checkRate(field: string, { rate, unit }: { rate: string; unit: TariffInput["unit"] }): string {
  const bounds = { max_decimals: RATE_DECIMALS, max_integer_digits: rateDigits(unit) };
  if (parseDecimal(rate, bounds) === null) refuse(field, rate, rateExpected(unit));
  return rate;
}
