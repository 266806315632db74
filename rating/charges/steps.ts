import type { ChargeKind } from "./charge.ts";
import { levelsOf } from "./levels.ts";
import type { PricedCharge } from "../cards/priced-card.ts";

/** The order of a bill (design §7.2): prices, then discounts in percent, then amounts, then what the sum is held to. */
const turns: readonly ChargeKind[] = [
  "flat",
  "percentage",
  "discount_percent",
  "discount_amount",
  "minimum",
  "cap",
  "commitment",
];

/** When a charge is worked out, against all others: by its kind, accounts before payers, then one after the other. */
export type Turn = readonly [kind: number, scope: number, place: number];

/**
 * The turn of each charge of one card, by its id. Fees have one turn all together; percentages go by level, since they may be of each other;
 * of all other kinds each sees what the ones with smaller ids left.
 */
export function turnsOf(charges: readonly PricedCharge[]): Map<string, Turn> {
  const { levels } = levelsOf(charges);
  const seen = new Map<string, number>();
  const ordered = charges.toSorted((a, b) => (a.charge_id < b.charge_id ? -1 : 1));
  return new Map(
    ordered.map(({ charge_id, kind, scope }): [string, Turn] => {
      const payer = scope === "payer" ? 1 : 0;
      if (kind === "flat") return [charge_id, [0, 0, 0]];
      if (kind === "percentage") return [charge_id, [1, payer, levels.get(charge_id) ?? 1]];
      const group = `${kind} ${scope}`;
      const place = (seen.get(group) ?? 0) + 1;
      seen.set(group, place);
      return [charge_id, [turns.indexOf(kind), payer, place]];
    }),
  );
}

/** Turns that occur, in their order: the step of a turn is its place here, from 1. */
export function orderTurns(all: readonly Turn[]): string[] {
  const unique = new Map(all.map((turn) => [turn.join("/"), turn]));
  const inOrder = [...unique].toSorted(([, a], [, b]) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  return inOrder.map(([key]) => key);
}
