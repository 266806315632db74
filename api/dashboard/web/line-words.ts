import { unitTitles } from "../../unit-titles.ts";
import type { Forecast, StatementLine, UsageType } from "../../client/nouns.ts";
import { groupDigits, trimZeros, typeTitle } from "./figures.ts";

type Line = Pick<StatementLine, "kind" | "adjusts" | "charge" | "usage_type" | "base_quantity" | "quantity" | "unit">;

/** What a line is for, its usage type as people write it; of a correction without that it is one, which stands beside it. */
export function itemOf(description: string, isCorrection = false): string {
  const own = isCorrection ? description.replace(/^Correction of \d{4}-\d\d · /, "") : description;
  return own.replace(/^[A-Z][A-Z_]*[A-Z](?= · )/, typeTitle);
}

/** The quantity of a line as people read it, with its unit; '' of a charge. Of what has no price: in the unit of its type. */
export function quantityOf({ kind: own, ...line }: Line, types: readonly UsageType[]): string {
  const kind = line.adjusts?.kind ?? own;
  if (line.charge !== null || (kind !== "usage" && kind !== "unrated")) return "";
  const type = types.find(({ usage_type }) => usage_type === line.usage_type);
  if (kind === "unrated") return measureOf(line.base_quantity, type);
  return inUnit(line.quantity, line.unit, type);
}

type ExpectedLine = Forecast["accounts"][number]["lines"][number];

/** A quantity of a forecast's line, likewise. */
export function expectedQuantity(line: ExpectedLine, quantity: string, types: readonly UsageType[]): string {
  const type = types.find(({ usage_type }) => usage_type === line.usage_type);
  if (line.unit === "") return "";
  return line.kind === "unrated" ? measureOf(quantity.split(".")[0] ?? "0", type) : inUnit(quantity, line.unit, type);
}

function inUnit(quantity: string, unit: string, type: UsageType | undefined): string {
  const counted = (type?.unit ?? "").replace(/_ms$/, "").replaceAll("_", " ");
  return `${groupDigits(trimZeros(quantity))} ${(unitTitles[unit] ?? unit).replace("#", counted).trim()}`;
}

/** What a unit of a line costs. */
export function priceOf({ kind, unit_price }: Pick<StatementLine, "kind" | "unit_price">): string {
  return unit_price === null ? (kind === "unrated" ? "no price" : "") : trimZeros(unit_price);
}

/** What is so many base units of a type, as people read it. */
export function measureOf(base: string, type: UsageType | undefined): string {
  return type === undefined
    ? groupDigits(base)
    : `${groupDigits(inUnits(base, type.display_divisor))} ${type.display_unit}`;
}

/** `base` over `divisor`, to nine decimals. */
function inUnits(base: string, divisor: string): string {
  const scaled = (BigInt(base) * 1_000_000_000n) / BigInt(divisor);
  const [sign, digits] = scaled < 0n ? ["-", (-scaled).toString()] : ["", scaled.toString()];
  const padded = digits.padStart(10, "0");
  return trimZeros(`${sign}${padded.slice(0, -9)}.${padded.slice(-9)}`);
}
