import { displayQuantity } from "../aggregate/index.ts";
import { usageTypes } from "../core/usage-types.ts";
import type { StatementLine } from "../rating/index.ts";

const unitTitles: Readonly<Record<string, string>> = {
  hour: "hours",
  month: "months",
  gib_hour: "GiB hours",
  gib_month: "GiB months",
};

/** The quantity of a statement line as people read it: in the unit it is priced by, or in that of its usage type where it has no price. */
export function readableQuantity({ kind, usage_type, base_quantity, quantity, unit }: StatementLine): {
  quantity: string;
  unit: string;
} {
  const type = usageTypes.find((known) => known.usage_type === usage_type);
  if (kind === "unrated" && type !== undefined)
    return { quantity: displayQuantity(base_quantity, type.display_unit), unit: type.display_unit };
  return { quantity: quantity.replace(/\.?0+$/, ""), unit: unitTitles[unit] ?? unit };
}
