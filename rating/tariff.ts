import Type, { type Static } from "typebox";
import { isCurrency } from "../core/currencies.ts";
import { formatInstant, instant, type InstantMs, parseInstant } from "../core/instant.ts";
import type { Registry } from "../core/registry.ts";
import { readCondition } from "./conditions/read-condition.ts";
import { refuse } from "./refuse.ts";
import { requireApart } from "./tariff-overlap.ts";
import { readPrice } from "./tariff-price.ts";
import { unitFits, unitNames } from "./units.ts";

const Name = Type.String({ minLength: 1, maxLength: 200 });
const Key = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$" });
const Rate = Type.String({
  maxLength: 25,
  description:
    "price of one unit: decimal text, up to 12 decimals, below 10^12 (each, unit_hour: 10^6, thousand: 10^9)",
});
const WholeUnits = Type.String({ maxLength: 18, description: "whole units as text, such as 730" });
const WallClock = Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" });
const WallClockEnd = Type.String({ pattern: "^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$" });

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

/** One step of a price in tiers: up to and with the unit `up_to`, null for all that follow. */
const TariffTier = Type.Object(
  { up_to: Type.Union([WholeUnits, Type.Null()]), rate: Rate },
  { additionalProperties: false },
);

const Weekday = Type.Union([
  Type.Literal("mon"),
  Type.Literal("tue"),
  Type.Literal("wed"),
  Type.Literal("thu"),
  Type.Literal("fri"),
  Type.Literal("sat"),
  Type.Literal("sun"),
]);
export type Weekday = Static<typeof Weekday>;

/**
 * Another rate while the clock on the account's wall is between `from` and `to`; `to` at or before `from` is on the next day. `days` are
 * those it begins on, all when left out.
 */
export const PriceBand = Type.Object(
  {
    name: Key,
    days: Type.Optional(Type.Array(Weekday, { minItems: 1, maxItems: 7, uniqueItems: true })),
    from: WallClock,
    to: WallClockEnd,
    rate: Rate,
  },
  { additionalProperties: false },
);
export type PriceBand = Static<typeof PriceBand>;

/** A rate by the value of one attribute, named as conditions name it: offering, zone, template, resource_type, tags["key"], details["key"]. */
export const PriceMatrix = Type.Object(
  {
    attribute: Type.String({
      pattern: '^(offering|zone|template|resource_type|(tags|details)\\["[^"\\\\\\u0000-\\u001f]{1,200}"\\])$',
    }),
    values: Type.Array(
      Type.Object(
        { value: Type.String({ minLength: 1, maxLength: 1024 }), rate: Rate },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 200 },
    ),
  },
  { additionalProperties: false },
);
export type PriceMatrix = Static<typeof PriceMatrix>;

/**
 * A price rule as it is put; what is left out: component base, the card's currency, every record, valid always.
 * `rate` is of one unit (per_unit) or of one package (package); beside `bands` or `matrix` it is for what none of them names, which is
 * unrated without it.
 */
export const TariffInput = Type.Object(
  {
    tariff_id: Key,
    name: Name,
    usage_type: Type.Integer({ minimum: 1, maximum: 65535 }),
    component: Type.Optional(Key),
    currency: Type.Optional(Type.String({ minLength: 3, maxLength: 3 })),
    unit: Unit,
    condition: Type.Optional(
      Type.String({ maxLength: 4000, description: 'which records, such as offering == "small"; empty = every one' }),
    ),
    model: Type.Union([
      Type.Literal("per_unit"),
      Type.Literal("graduated"),
      Type.Literal("volume"),
      Type.Literal("package"),
    ]),
    rate: Type.Optional(Rate),
    package_size: Type.Optional(WholeUnits),
    tiers: Type.Optional(Type.Array(TariffTier, { minItems: 1, maxItems: 100 })),
    included: Type.Optional(
      Type.String({
        maxLength: 18,
        description: "units of a period that cost nothing; tiers and packages begin after them",
      }),
    ),
    pooled: Type.Optional(
      Type.Boolean({
        description: "use of all accounts of a payer counts together, and what it costs is shared by use",
      }),
    ),
    bands: Type.Optional(Type.Array(PriceBand, { minItems: 1, maxItems: 20 })),
    matrix: Type.Optional(PriceMatrix),
    valid_from: Type.Optional(Type.String({ maxLength: 64 })),
    valid_to: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()])),
  },
  { additionalProperties: false },
);
export type TariffInput = Static<typeof TariffInput>;

/** A price rule as it is kept: nothing left out but the fields that its model does not use. */
export const Tariff = Type.Object(
  {
    ...TariffInput.properties,
    component: Key,
    currency: Type.String(),
    condition: Type.String(),
    included: Type.String(),
    pooled: Type.Boolean(),
    valid_from: Type.String(),
    valid_to: Type.Union([Type.String(), Type.Null()]),
  },
  { additionalProperties: false },
);
export type Tariff = Static<typeof Tariff>;

/** The end of all validity, as far as the store's times go. */
export const FOREVER_MS: InstantMs = instant(Date.UTC(2299, 11, 31));

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
  const places = new Map<string, number>();
  for (const [index, { tariff_id }] of tariffs.entries()) {
    const earlier = places.get(tariff_id);
    if (earlier !== undefined)
      refuse(`tariffs/${index}/tariff_id`, tariff_id, `an id of its own; tariffs/${earlier} has it too`);
    places.set(tariff_id, index);
  }
  requireApart(tariffs.map((tariff) => ({ ...tariff, ...validity(tariff) })));
  return tariffs;
}

/** When a tariff holds, [from, to) in Unix ms. */
export function validity(tariff: Pick<Tariff, "valid_from" | "valid_to">): { from_ms: InstantMs; to_ms: InstantMs } {
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
  const own = input.currency ?? currency;
  if (!isCurrency(own)) refuse(`${at}/currency`, own, "a current ISO 4217 code, such as EUR");
  const from = readInstant(`${at}/valid_from`, input.valid_from ?? "1970-01-01T00:00:00Z");
  const to =
    input.valid_to === undefined || input.valid_to === null ? null : readInstant(`${at}/valid_to`, input.valid_to);
  if (to !== null && to <= from) refuse(`${at}/valid_to`, input.valid_to, "an instant after valid_from");
  const { tariff_id, name, usage_type, unit, model } = input;
  const condition = (input.condition ?? "").trim();
  readCondition(condition, `${at}/condition`);
  return {
    tariff_id,
    name,
    usage_type,
    component: input.component ?? "base",
    currency: own,
    unit,
    condition,
    model,
    ...readPrice(input, at),
    valid_from: formatInstant(from),
    valid_to: to === null ? null : formatInstant(to),
  };
}

function readInstant(field: string, text: string): InstantMs {
  const at = parseInstant(text);
  if (at === null || at < 0 || at >= FOREVER_MS)
    refuse(field, text, "an RFC 3339 instant with offset between 1970 and 2299");
  return at;
}

function unitsFor({ name, unit: base }: { name: string; unit: string }): string {
  return `${unitNames.filter((unit) => unitFits(unit, base)).join(" or ")}: ${name} is counted in ${base}`;
}
