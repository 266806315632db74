import type { Charge } from "./charge.ts";

type Priced = Pick<Charge, "charge_id" | "kind" | "component" | "components">;

/**
 * In which turn each percentage of a card is worked out: 1 = of tariffs and fees alone, n + 1 = also of percentages of turn n.
 * `circle` is the id of a charge whose price would hang on itself, null when there is none. Other kinds have no level.
 */
export function levelsOf(charges: readonly Priced[]): {
  readonly levels: ReadonlyMap<string, number>;
  readonly circle: string | null;
} {
  const percentages = charges.filter(({ kind }) => kind === "percentage");
  const levels = new Map<string, number>();
  let circle: string | null = null;
  const levelOf = (charge: Priced, above: readonly string[]): number => {
    const known = levels.get(charge.charge_id);
    if (known !== undefined) return known;
    if (above.includes(charge.charge_id)) {
      circle ??= charge.charge_id;
      return 0;
    }
    const below = percentages.filter(({ component = "" }) => charge.components?.includes(component) === true);
    const deepest = below.map((other) => levelOf(other, [...above, charge.charge_id]));
    const level = 1 + Math.max(0, ...deepest);
    levels.set(charge.charge_id, level);
    return level;
  };
  for (const charge of percentages) levelOf(charge, []);
  return { levels, circle };
}
