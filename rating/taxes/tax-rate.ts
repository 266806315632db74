import Type, { type Static } from "typebox";
import { isMonth, monthBounds } from "../../core/calendar.ts";
import { type Dec, formatDecimal, parseDecimal } from "../../core/decimal.ts";
import { AppError } from "../../core/errors.ts";
import { requireCountry } from "../profiles/address.ts";
import { Key } from "../profiles/issuer.ts";
import { refuse } from "../refuse.ts";

/** Categories of EN 16931 (UNCL 5305): standard, zero, exempt, reverse charge, outside of scope. */
export const TaxCategory = Type.Union([
  Type.Literal("S"),
  Type.Literal("Z"),
  Type.Literal("E"),
  Type.Literal("AE"),
  Type.Literal("O"),
]);
export type TaxCategory = Static<typeof TaxCategory>;

const Day = Type.String({ maxLength: 10, description: "a day, such as 2026-10-01" });
const facts = {
  name: Type.String({ minLength: 1, maxLength: 100 }),
  category: TaxCategory,
  percent: Type.String({
    maxLength: 9,
    description: "decimal text from 0 to 100, four decimals at most; above 0 for S, 0 for all others",
  }),
  country: Type.String({ maxLength: 2, description: "of the payer; empty = any" }),
  region: Type.String({ maxLength: 100, description: "of the payer, in that country; empty = any" }),
  usage_types: Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 }), { maxItems: 1000, description: "none = any" }),
  components: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 100, description: "none = any" }),
  valid_from: { ...Day, description: "the first day it holds; empty = since ever" },
  valid_to: { ...Day, description: "the first day it holds no longer; empty = for good" },
};

/** A rate, and which lines of which payers it holds for. */
export const TaxRate = Type.Object({ id: Key, ...facts }, { additionalProperties: false });
export type TaxRate = Static<typeof TaxRate>;

const { name, category, percent, ...others } = facts;
/** A rate as it is put: whole; what is left out is any. */
export const TaxRateInput = Type.Object(
  { id: Key, name, category, percent, ...Type.Partial(Type.Object(others)).properties },
  { additionalProperties: false },
);
export type TaxRateInput = Static<typeof TaxRateInput>;

/** Ids of what holds for payers without a rate of their own category. */
const RESERVED: readonly string[] = ["exempt", "reverse_charge", "outside"];
const DAY_MS = 86_400_000;

/** A rate in full. Pure. @throws AppError invalid-request */
export function readTaxRate(input: TaxRateInput): TaxRate {
  const { id, name, category, country = "", region = "", valid_from = "", valid_to = "" } = input;
  if (RESERVED.includes(id)) refuse("id", id, `another one: ${RESERVED.join(", ")} stand for payers' rules`);
  const percent = readPercent(input);
  requireCountry("country", country);
  if (region !== "" && country === "") refuse("country", country, "the country the region is in");
  for (const [field, day] of [
    ["valid_from", valid_from],
    ["valid_to", valid_to],
  ] as const)
    if (day !== "" && !isDay(day)) refuse(field, day, "a day, such as 2026-10-01, or none");
  if (valid_to !== "" && valid_to <= valid_from) refuse("valid_to", valid_to, `a day after ${valid_from}`);
  const usage_types = [...new Set(input.usage_types)].toSorted((a, b) => a - b);
  const components = [...new Set(input.components)].toSorted();
  return {
    id,
    name,
    category,
    percent: formatDecimal(percent),
    country,
    region,
    usage_types,
    components,
    valid_from,
    valid_to,
  };
}

function isDay(text: string): boolean {
  const [, month = "", day = ""] = /^(\d{4}-\d{2})-(\d{2})$/.exec(text) ?? [];
  if (!isMonth(month) || day === "00") return false;
  const { start, end } = monthBounds({ zone: "UTC", month });
  return Number(day) <= (end - start) / DAY_MS;
}

function readPercent({ percent, category }: TaxRateInput): Dec {
  const value = parseDecimal(percent, { max_integer_digits: 3, max_decimals: 4 });
  if (value === null || value.gt(100)) refuse("percent", percent, "a decimal from 0 to 100 with four decimals at most");
  if (category === "S" && value.isZero())
    refuse("percent", percent, "above 0 for category S; Z is the category of zero");
  if (category !== "S" && !value.isZero()) refuse("percent", percent, `0 for category ${category}`);
  return value;
}

/** Refuses a rate that would hold for a line together with another one that is just as specific. @throws AppError conflict */
export function refuseRival(rate: TaxRate, others: readonly TaxRate[]): void {
  const rival = others.find((other) => other.id !== rate.id && areRivals(rate, other));
  if (rival === undefined) return;
  throw new AppError(
    "conflict",
    `tax rate "${rate.id}" would hold for lines of "${rival.id}", which is just as specific; end one where the other begins, or say more of one`,
    { field: "id" },
  );
}

function areRivals(one: TaxRate, other: TaxRate): boolean {
  return (
    ruleOf(one.category) === ruleOf(other.category) &&
    one.country === other.country &&
    one.region === other.region &&
    meet(one.usage_types, other.usage_types) &&
    meet(one.components, other.components) &&
    (one.valid_to === "" || other.valid_from < one.valid_to) &&
    (other.valid_to === "" || one.valid_from < other.valid_to)
  );
}

/** Both name none, or both name one. */
function meet<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === 0 ? other.length === 0 : one.some((item) => other.includes(item));
}

/** The payers' rule a category is for. */
export function ruleOf(category: TaxCategory): string {
  switch (category) {
    case "S":
    case "Z":
      return "standard";
    case "E":
      return "exempt";
    case "AE":
      return "reverse_charge";
    case "O":
      return "outside";
  }
}
