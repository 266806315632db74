import { isCurrency, minorUnit } from "../../core/currencies.ts";
import { parseDecimal } from "../../core/decimal.ts";
import { formatInstant, type InstantMs, parseInstant } from "../../core/instant.ts";
import type { Registry } from "../../core/registry.ts";
import { refuse } from "../refuse.ts";
import type { Charge, ChargeInput, ChargeKind } from "./charge.ts";
import { levelsOf } from "./levels.ts";

/** Which fields a kind has besides those all have; the first list must be there. */
const fields: Readonly<Record<ChargeKind, readonly [must: readonly Field[], may: readonly Field[]]>> = {
  flat: [["amount"], ["component", "prorate"]],
  percentage: [["percent", "components"], ["component"]],
  discount_percent: [["percent"], ["components", "usage_types"]],
  discount_amount: [["amount"], ["components", "usage_types"]],
  minimum: [["amount"], ["component", "components", "prorate"]],
  cap: [["amount"], ["component", "components", "prorate"]],
  commitment: [["amount"], ["component", "components", "prorate", "overage_factor"]],
};
type Field = "amount" | "percent" | "overage_factor" | "component" | "components" | "usage_types" | "prorate";
const particular: readonly Field[] = [
  "amount",
  "percent",
  "overage_factor",
  "component",
  "components",
  "usage_types",
  "prorate",
];
const AMOUNT_DIGITS = 12;
const FLAT_DECIMALS = 9;
const MAX_FOREVER_MS = Date.UTC(2299, 11, 31);

/**
 * The charges of one card, filled up and checked against each other, by id: their order in the card means nothing.
 * @throws AppError invalid-request naming the field, such as charges/2/percent
 */
export function readCharges(
  inputs: readonly ChargeInput[],
  card: { currency: string },
  usageTypes: Registry,
): Charge[] {
  const charges = inputs.map((input, index) => readCharge(input, { at: `charges/${index}`, card, usageTypes }));
  for (const [index, charge] of charges.entries()) {
    const earlier = charges.findIndex(({ charge_id }) => charge_id === charge.charge_id);
    if (earlier < index) {
      refuse(`charges/${index}/charge_id`, charge.charge_id, `an id of its own; charges/${earlier} has it too`);
    }
  }
  const { circle } = levelsOf(charges);
  if (circle !== null) {
    const at = charges.findIndex(({ charge_id }) => charge_id === circle);
    refuse(`charges/${at}/components`, charges[at]?.components, "components whose price does not hang on this one");
  }
  return charges.toSorted((a, b) => (a.charge_id < b.charge_id ? -1 : 1));
}

interface Place {
  readonly at: string;
  readonly card: { currency: string };
  readonly usageTypes: Registry;
}

function readCharge(input: ChargeInput, { at, card, usageTypes }: Place): Charge {
  const { charge_id, name, kind, scope = "account", currency = card.currency } = input;
  const [must, may] = fields[kind];
  for (const field of particular) {
    if (input[field] === undefined && must.includes(field))
      refuse(`${at}/${field}`, undefined, `one with kind ${kind}`);
    if (input[field] !== undefined && ![...must, ...may].includes(field)) {
      refuse(`${at}/${field}`, input[field], `none with kind ${kind}`);
    }
  }
  if (!isCurrency(currency)) refuse(`${at}/currency`, currency, "a current ISO 4217 code, such as EUR");
  const { from, to } = readValidity(input, at);
  const isDiscount = kind === "discount_percent" || kind === "discount_amount";
  const components = sortedSet(input.components ?? []);
  if (kind === "percentage" && components.length === 0) refuse(`${at}/components`, [], "one component at least");
  const usage_types = [...new Set(input.usage_types ?? [])].toSorted((a, b) => a - b);
  const strange = input.usage_types?.find((type) => usageTypes.find(type) === null);
  if (strange !== undefined) refuse(`${at}/usage_types`, strange, "ids of usage types in the registry");
  return {
    charge_id,
    name,
    kind,
    scope,
    currency,
    valid_from: formatInstant(from),
    valid_to: to === null ? null : formatInstant(to),
    ...(isDiscount ? {} : { component: input.component ?? kind }),
    ...(input.amount === undefined ? {} : { amount: readAmount(input, { at, currency }) }),
    ...(input.percent === undefined ? {} : { percent: readPercent(input, at) }),
    ...(kind === "commitment" ? { overage_factor: readFactor(input.overage_factor ?? "1", at) } : {}),
    ...(components.length === 0 ? {} : { components }),
    ...(usage_types.length === 0 ? {} : { usage_types }),
    ...(may.includes("prorate") ? { prorate: input.prorate ?? false } : {}),
  };
}

function readValidity({ valid_from, valid_to }: ChargeInput, at: string): { from: InstantMs; to: InstantMs | null } {
  const from = readInstant(`${at}/valid_from`, valid_from ?? "1970-01-01T00:00:00Z");
  const to = valid_to === undefined || valid_to === null ? null : readInstant(`${at}/valid_to`, valid_to);
  if (to !== null && to <= from) refuse(`${at}/valid_to`, valid_to, "an instant after valid_from");
  return { from, to };
}

// A fee may be finer than the currency, as rates are; what is spread or held to must be payable as it is written.
function readAmount({ kind, amount = "" }: ChargeInput, { at, currency }: { at: string; currency: string }): string {
  const max_decimals = kind === "flat" ? FLAT_DECIMALS : minorUnit(currency);
  if (parseDecimal(amount, { max_decimals, max_integer_digits: AMOUNT_DIGITS }) === null) {
    refuse(`${at}/amount`, amount, `a decimal text from 0, below 10^12, with ${max_decimals} decimals at most`);
  }
  return amount;
}

function readPercent({ kind, percent = "" }: ChargeInput, at: string): string {
  const most = kind === "percentage" ? 1000 : 100;
  const value = parseDecimal(percent, { max_decimals: 6, max_integer_digits: 4 });
  if (value === null || value.gt(most)) {
    refuse(`${at}/percent`, percent, `a decimal text from 0 to ${most} with 6 decimals at most, such as 2.5`);
  }
  return percent;
}

function readFactor(factor: string, at: string): string {
  const value = parseDecimal(factor, { max_decimals: 6, max_integer_digits: 4 });
  if (value === null || value.lt(1) || value.gt(1000)) {
    refuse(`${at}/overage_factor`, factor, "a decimal text from 1 to 1000 with 6 decimals at most, such as 1.25");
  }
  return factor;
}

function readInstant(field: string, text: string): InstantMs {
  const at = parseInstant(text);
  if (at === null || at < 0 || at >= MAX_FOREVER_MS) {
    refuse(field, text, "an RFC 3339 instant with offset between 1970 and 2299");
  }
  return at;
}

function sortedSet(values: readonly string[]): string[] {
  return [...new Set(values)].toSorted();
}
