import Type, { type Static } from "typebox";
import { isCurrency } from "../core/currencies.ts";
import { parseDecimal } from "../core/decimal.ts";
import { AppError } from "../core/errors.ts";
import { formatInstant, instant, type InstantMs, parseInstant } from "../core/instant.ts";
import type { Registry } from "../core/registry.ts";
import { rateDigits, unitFits, unitNames } from "./units.ts";

const Name = Type.String({ minLength: 1, maxLength: 200 });
const Key = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$" });
const Rate = Type.String({
  maxLength: 25,
  description:
    "price of one unit: decimal text, up to 12 decimals, below 10^12 (each, unit_hour: 10^6, thousand: 10^9)",
});
const Values = Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), { maxItems: 1000 });

/** What a rate is the price of; the base unit of the usage type says which it can be. */
const Unit = Type.Union([
  Type.Literal("hour"),
  Type.Literal("gib_hour"),
  Type.Literal("month"),
  Type.Literal("gib_month"),
  Type.Literal("gib"),
  Type.Literal("each"),
  Type.Literal("thousand"),
  Type.Literal("million"),
  Type.Literal("unit_hour"),
]);

/** One step of a graduated price: up to and with the unit `up_to`, null for all that follow. */
const TariffTier = Type.Object(
  { up_to: Type.Union([Type.String({ maxLength: 18 }), Type.Null()]), rate: Rate },
  { additionalProperties: false },
);

/** A price rule as it is put; what is left out: component base, any offering and zone, valid always. */
export const TariffInput = Type.Object(
  {
    tariff_id: Key,
    name: Name,
    usage_type: Type.Integer({ minimum: 1, maximum: 65535 }),
    component: Type.Optional(Key),
    currency: Type.String({ minLength: 3, maxLength: 3 }),
    unit: Unit,
    model: Type.Union([Type.Literal("per_unit"), Type.Literal("graduated")]),
    rate: Type.Optional(Rate),
    tiers: Type.Optional(Type.Array(TariffTier, { minItems: 1, maxItems: 100 })),
    conditions: Type.Optional(
      Type.Object({ offering: Type.Optional(Values), zone: Type.Optional(Values) }, { additionalProperties: false }),
    ),
    valid_from: Type.Optional(Type.String({ maxLength: 64 })),
    valid_to: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()])),
  },
  { additionalProperties: false },
);
export type TariffInput = Static<typeof TariffInput>;

/** A price rule as it is kept: nothing left out but `rate` or `tiers`, whichever the model does not use. */
export const Tariff = Type.Object(
  {
    ...TariffInput.properties,
    component: Key,
    conditions: Type.Object({ offering: Values, zone: Values }, { additionalProperties: false }),
    valid_from: Type.String(),
    valid_to: Type.Union([Type.String(), Type.Null()]),
  },
  { additionalProperties: false },
);
export type Tariff = Static<typeof Tariff>;

/** The end of all validity, as far as the store's times go. */
export const FOREVER_MS: InstantMs = instant(Date.UTC(2299, 11, 31));
const RATE_DECIMALS = 12;
const WHOLE_UNITS = { max_decimals: 0, max_integer_digits: 18 };

/**
 * The tariffs of one card, filled up and checked against each other.
 * @throws AppError invalid-request naming the field, tariff-overlap naming both tariffs
 */
export function readTariffs(
  inputs: readonly TariffInput[],
  card: { currency: string },
  usageTypes: Registry,
): Tariff[] {
  if (!isCurrency(card.currency)) refuse("currency", card.currency, "a current ISO 4217 code, such as EUR");
  const tariffs = inputs.map((input, index) =>
    readTariff(input, { at: `tariffs/${index}`, currency: card.currency, usageTypes }),
  );
  for (const [index, tariff] of tariffs.entries()) {
    for (const [earlier, other] of tariffs.slice(0, index).entries()) {
      if (other.tariff_id === tariff.tariff_id) {
        refuse(`tariffs/${index}/tariff_id`, tariff.tariff_id, `an id of its own; tariffs/${earlier} has it too`);
      }
      if (overlap(other, tariff)) {
        const both = `${other.tariff_id} and ${tariff.tariff_id}`;
        throw new AppError(
          "tariff-overlap",
          `tariffs ${both} both price usage type ${tariff.usage_type}, component ${tariff.component}`,
          {
            field: `tariffs/${index}`,
          },
        );
      }
    }
  }
  return tariffs;
}

/** When a tariff holds, [from, to) in Unix ms. */
export function validity(tariff: Tariff): { from_ms: InstantMs; to_ms: InstantMs } {
  const to = tariff.valid_to === null ? FOREVER_MS : parseInstant(tariff.valid_to);
  return { from_ms: parseInstant(tariff.valid_from) ?? instant(0), to_ms: to ?? FOREVER_MS };
}

function readTariff(
  input: TariffInput,
  { at, currency, usageTypes }: { at: string; currency: string; usageTypes: Registry },
): Tariff {
  const type = usageTypes.find(input.usage_type);
  if (type === null) refuse(`${at}/usage_type`, input.usage_type, "the id of a usage type in the registry");
  if (!unitFits(input.unit, type.unit)) refuse(`${at}/unit`, input.unit, unitsFor(type));
  if (input.currency !== currency) refuse(`${at}/currency`, input.currency, `${currency}, the card's currency`);
  const from = readInstant(`${at}/valid_from`, input.valid_from ?? "1970-01-01T00:00:00Z");
  const to =
    input.valid_to === undefined || input.valid_to === null ? null : readInstant(`${at}/valid_to`, input.valid_to);
  if (to !== null && to <= from) refuse(`${at}/valid_to`, input.valid_to, "an instant after valid_from");
  const { rate: _rate, tiers: _tiers, ...rest } = input;
  return {
    ...rest,
    ...readPrice(input, at),
    component: input.component ?? "base",
    conditions: { offering: sortedSet(input.conditions?.offering), zone: sortedSet(input.conditions?.zone) },
    valid_from: formatInstant(from),
    valid_to: to === null ? null : formatInstant(to),
  };
}

function readPrice({ model, unit, rate, tiers }: TariffInput, at: string): Pick<Tariff, "rate" | "tiers"> {
  if (model === "per_unit") {
    if (tiers !== undefined) refuse(`${at}/tiers`, "tiers", "no tiers with model per_unit");
    if (rate === undefined) refuse(`${at}/rate`, rate, rateExpected(unit));
    return { rate: checkRate(`${at}/rate`, { rate, unit }) };
  }
  if (rate !== undefined) refuse(`${at}/rate`, rate, "no rate of its own with model graduated: each tier has one");
  if (tiers === undefined) refuse(`${at}/tiers`, tiers, "one tier at least");
  let reached = 0n;
  for (const [index, { up_to, rate: tierRate }] of tiers.entries()) {
    const field = `${at}/tiers/${index}`;
    checkRate(`${field}/rate`, { rate: tierRate, unit });
    if (index === tiers.length - 1) {
      if (up_to !== null) refuse(`${field}/up_to`, up_to, "null: the last tier is open");
    } else {
      if (up_to === null || parseDecimal(up_to, WHOLE_UNITS) === null)
        refuse(`${field}/up_to`, up_to, "whole units as text, such as 730");
      if (BigInt(up_to) <= reached) refuse(`${field}/up_to`, up_to, `more than ${reached}: tiers rise`);
      reached = BigInt(up_to);
    }
  }
  return { tiers };
}

function rateExpected(unit: TariffInput["unit"]): string {
  return `a decimal text from 0, below 10^${rateDigits(unit)}, with ${RATE_DECIMALS} decimals at most, such as 0.0125`;
}

function checkRate(field: string, { rate, unit }: { rate: string; unit: TariffInput["unit"] }): string {
  const bounds = { max_decimals: RATE_DECIMALS, max_integer_digits: rateDigits(unit) };
  if (parseDecimal(rate, bounds) === null) refuse(field, rate, rateExpected(unit));
  return rate;
}

function readInstant(field: string, text: string): InstantMs {
  const at = parseInstant(text);
  if (at === null || at < 0 || at >= FOREVER_MS)
    refuse(field, text, "an RFC 3339 instant with offset between 1970 and 2299");
  return at;
}

// Component, currency and usage type equal; validity and conditions meet. An empty condition meets any.
function overlap(a: Tariff, b: Tariff): boolean {
  if (a.usage_type !== b.usage_type || a.component !== b.component || a.currency !== b.currency) return false;
  const [one, other] = [validity(a), validity(b)];
  if (one.from_ms >= other.to_ms || other.from_ms >= one.to_ms) return false;
  return meet(a.conditions.offering, b.conditions.offering) && meet(a.conditions.zone, b.conditions.zone);
}

function meet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((value) => b.includes(value));
}

function unitsFor({ name, unit: base }: { name: string; unit: string }): string {
  return `${unitNames.filter((unit) => unitFits(unit, base)).join(" or ")}: ${name} is counted in ${base}`;
}

function sortedSet(values: readonly string[] | undefined): string[] {
  return [...new Set(values ?? [])].toSorted();
}

function refuse(field: string, value: unknown, expected: string): never {
  throw new AppError("invalid-request", `${field} is ${JSON.stringify(value) ?? "missing"}; expected ${expected}`, {
    field,
  });
}
