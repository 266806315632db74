import { displayQuantity } from "../aggregate/index.ts";
import type { UsageType } from "../core/usage-type.ts";
import type { StatementLine } from "../rating/index.ts";
import { unitTitles } from "./unit-titles.ts";

/** What is of a quantity; all other lines are charges. */
const ofUse: ReadonlySet<StatementLine["kind"]> = new Set(["usage", "unrated"]);

/** The quantity of a statement line as people read it: in the unit it is priced by, or in that of its usage type where it has no price. */
export function readableQuantity(
  { kind: own, usage_type, base_quantity, quantity, unit, charge, adjusts }: Omit<StatementLine, "tax_rate_id">,
  types: readonly UsageType[],
): { quantity: string; unit: string } {
  const kind = adjusts?.kind ?? own;
  if (charge !== null || !ofUse.has(kind)) return { quantity: "", unit: "" };
  const type = types.find((known) => known.usage_type === usage_type);
  if (kind === "unrated" && type !== undefined)
    return { quantity: displayQuantity(base_quantity, type), unit: type.display_unit };
  const counted = (type?.unit ?? "").replace(/_ms$/, "").replaceAll("_", " ");
  return { quantity: quantity.replace(/\.?0+$/, ""), unit: (unitTitles[unit] ?? unit).replace("#", counted).trim() };
}

/** What a unit of a line costs; "" of a charge, which is of no quantity. */
export function readablePrice({
  kind,
  unit_price,
  adjusts,
}: Pick<StatementLine, "kind" | "unit_price" | "adjusts">): string {
  return unit_price ?? (ofUse.has(adjusts?.kind ?? kind) ? "no price" : "");
}
