import { parseDecimal } from "./decimal.ts";
import { AppError } from "./errors.ts";
import { accountDeleted, type Effect, readingTypes } from "./event-types.ts";
import { type Registry, sizedBy } from "./registry.ts";
import type { Measure, UsageType, UsageTypeInput } from "./usage-type.ts";

/** What an event may do to a usage type of each measure, what of it must be there, and what `reading` names. */
const rules: Readonly<Record<Measure, { effects: readonly Effect[]; needs: readonly Effect[]; reads: Reads }>> = {
  duration: { effects: ["open", "close", "change"], needs: ["open", "close"], reads: "nothing" },
  capacity: { effects: ["open", "close", "change"], needs: ["open", "close"], reads: "nothing" },
  gauge: { effects: ["report", "close"], needs: ["report"], reads: "a reading" },
  sum: { effects: ["report"], needs: ["report"], reads: "a reading" },
  counter: { effects: ["report"], needs: ["report"], reads: "a reading" },
  max: { effects: ["report"], needs: ["report"], reads: "a reading" },
  latest: { effects: ["report"], needs: ["report"], reads: "a reading" },
  count: { effects: ["report"], needs: ["report"], reads: "nothing" },
  unique: { effects: ["report"], needs: ["report"], reads: "a detail" },
};
type Reads = "nothing" | "a reading" | "a detail";

/** Ids below are CloudStack's, present and to come. */
const idMin = 100;
const effectsMax = 256;
const gapMsMax = 366 * 86_400_000;
const name = /^[A-Z][A-Z0-9_]{0,63}$/;
const unit = /^[A-Za-z][A-Za-z0-9_]{0,31}$/;
const readingName = /^[a-z][a-z0-9_.]{0,63}$/;
const eventType = /^\S{1,256}$/;
const divisorBounds = { max_decimals: 9, max_integer_digits: 30 };

/** A usage type but for the instant from which it counts. */
type Checked = Omit<UsageType, "counts_from">;

/**
 * Fills up what was left out of a usage type that is to be added, and holds it to the rules and to the registry in force; from
 * when on it counts is counts-from.ts's to say.
 * @throws AppError conflict for an id or name that is taken, invalid-request otherwise, both naming the field
 */
export function checkUsageType(input: UsageTypeInput, registry: Registry): Checked {
  const type: Checked = {
    usage_type: input.usage_type,
    name: input.name,
    description: input.description ?? "",
    measure: input.measure,
    unit: input.unit,
    display_unit: input.display_unit,
    display_divisor: input.display_divisor,
    effects: input.effects,
    reading: input.reading ?? "",
    shape_by: [...new Set(input.shape_by)],
    parts: input.parts ?? false,
    max_gap_ms: input.max_gap_ms ?? 0,
    unsized: [...new Set(input.unsized)],
  };
  checkName(type, registry);
  checkUnits(type);
  checkEffects(type);
  checkReading(type);
  checkWhatOneMeasureHas(type);
  checkSizes(type, registry);
  return type;
}

function checkName({ usage_type, name: own }: Checked, registry: Registry): void {
  const same = registry.find(usage_type);
  if (same !== null) {
    throw new AppError("conflict", `usage_type is ${usage_type}, which is ${same.name}`, { field: "usage_type" });
  }
  const isOurs = usage_type >= 1_000 && usage_type < 2_000;
  if (usage_type < idMin || usage_type > 65_535 || isOurs)
    refuse(
      "usage_type",
      usage_type,
      `an id from ${idMin} to 999 or from 2000 to 65535; the others are kept for built-in types`,
    );
  if (!name.test(own)) refuse("name", own, "capitals, digits and _, a letter first, at most 64, such as GPU_HOURS");
  const namesake = registry.list().find((other) => other.name === own);
  if (namesake !== undefined) {
    throw new AppError("conflict", `name is ${own}, which is usage type ${namesake.usage_type}`, { field: "name" });
  }
}

/** What is measured over time has its unit from that; a price finds by it which units it can be per. */
function checkUnits({ measure, unit: own, display_unit, display_divisor }: Checked): void {
  if (!unit.test(own)) refuse("unit", own, "letters, digits and _, at most 32, such as requests");
  if (measure === "duration" && own !== "ms") refuse("unit", own, "ms: a duration counts milliseconds");
  if (measure === "capacity" && own !== "byte_ms")
    refuse("unit", own, "byte_ms: a capacity counts bytes × milliseconds");
  if (measure === "gauge" && !/._ms$/.test(own)) {
    refuse("unit", own, "a unit that ends in _ms, such as session_ms: a gauge counts its reading × milliseconds");
  }
  if (display_unit.trim() === "" || display_unit.length > 64)
    refuse("display_unit", display_unit, "1 to 64 characters");
  const divisor = parseDecimal(display_divisor, divisorBounds);
  if (divisor === null || divisor.isZero()) {
    refuse("display_divisor", display_divisor, "base units in one display unit: decimal text above 0, such as 3600000");
  }
}

function checkEffects({ measure, effects }: Checked): void {
  const rule = rules[measure];
  const rows = Object.entries(effects);
  if (rows.length > effectsMax) refuse("effects", rows.length, `at most ${effectsMax} event types`);
  for (const [type, effect] of rows) {
    const at = `effects.${type.slice(0, 256)}`;
    if (!eventType.test(type)) refuse(at, type, "an event type: 1 to 256 characters without blanks");
    if (type === accountDeleted)
      refuse(at, effect, `no effect of ${type}: it closes all that the account holds by itself`);
    const reserved = type.toLowerCase().startsWith("tally.");
    if (reserved && !(readingTypes.some((known) => known === type) && effect === "report")) {
      refuse(
        at,
        effect,
        `an event type of your own: of tally.* only ${readingTypes.join(" and ")} are free, as report`,
      );
    }
    if (!rule.effects.includes(effect)) refuse(at, effect, `${list(rule.effects)}, which is what a ${measure} knows`);
    if (measure === "counter" && type !== "tally.counter") {
      refuse(at, effect, "tally.counter alone: it says whether a reading is cumulative, and of which epoch");
    }
  }
  const lacking = rule.needs.filter((effect) => !rows.some(([, given]) => given === effect));
  if (lacking.length > 0) refuse("effects", Object.keys(effects), `an event type with effect ${list(lacking)}`);
}

function checkReading({ measure, reading }: Checked): void {
  const { reads } = rules[measure];
  if (reads === "nothing" && reading !== "") refuse("reading", reading, `nothing: a ${measure} reads no value`);
  if (reads === "a detail" && reading === "")
    refuse("reading", reading, "the key of data.details whose values are told apart");
  if (reads === "a reading" && !readingName.test(reading)) {
    refuse(
      "reading",
      reading,
      `the name in data.readings a ${measure} reads: a-z first, then a-z, 0-9, _ and ., at most 64`,
    );
  }
}

function checkWhatOneMeasureHas({ measure, parts, max_gap_ms, unsized, effects }: Checked): void {
  if (parts && !rules[measure].effects.includes("close")) refuse("parts", parts, `false: nothing closes a ${measure}`);
  if (max_gap_ms !== 0 && measure !== "gauge") refuse("max_gap_ms", max_gap_ms, `0: a ${measure} has no gaps`);
  if (max_gap_ms < 0 || max_gap_ms > gapMsMax) refuse("max_gap_ms", max_gap_ms, `0 to ${gapMsMax}, which is 366 days`);
  if (measure !== "capacity" && unsized.length > 0) refuse("unsized", unsized, `nothing: a ${measure} has no size`);
  const stranger = unsized.find((type) => !Object.hasOwn(effects, type) || effects[type] === "close");
  if (stranger !== undefined) refuse("unsized", stranger, "event types that open or change it");
}

/** Whoever sends such events now gives no size: to ask for one would refuse all of them from the next minute on. */
function checkSizes(type: Checked, registry: Registry): void {
  const known = sizedBy(type).find(
    (event) => registry.eventTypes().has(event) && !registry.sizedEventTypes().has(event),
  );
  if (known !== undefined) {
    refuse("unsized", type.unsized, `${known} in it: events of that type are accepted without a size already`);
  }
}

function list(effects: readonly Effect[]): string {
  return effects.join(" or ");
}

function refuse(field: string, value: unknown, expected: string): never {
  throw new AppError("invalid-request", `${field} is ${JSON.stringify(value).slice(0, 200)}, expected ${expected}`, {
    field,
  });
}
