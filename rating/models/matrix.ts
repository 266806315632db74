import type { PriceMatrix } from "../tariff.ts";

/** The condition under which a record has this value of the matrix' attribute, beside the tariff's own. */
export function valueCondition(condition: string, { attribute }: PriceMatrix, value: string): string {
  const asked = `${attribute} == ${JSON.stringify(value)}`;
  return condition === "" ? asked : `(${condition}) && ${asked}`;
}
