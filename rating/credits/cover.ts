import { Dec } from "../../core/decimal.ts";

/** A credit as far as a document may draw on it; instants in Unix ms UTC. */
export interface UsableCredit {
  readonly credit_id: string;
  readonly from_ms: number;
  readonly expires_ms: number;
}

/** What of a document was used in a stretch between two instants at which a credit begins or ends, taxes included. */
export interface Stretch {
  readonly from_ms: number;
  readonly amount: Dec;
}

/**
 * What each credit gives to a document, in the order they come: as much as is left of it, of the stretches it covers from the earliest
 * on, and of the document. What one has covered no other covers again. `left` is brought down by what is drawn. In coins; unrounded.
 */
export function coverDocument(
  { payable, stretches }: { payable: Dec; stretches: readonly Stretch[] },
  credits: readonly UsableCredit[],
  left: Map<string, Dec>,
): { credit_id: string; amount: Dec }[] {
  const open = stretches.map(({ from_ms, amount }) => ({ from_ms, amount: Dec.max(amount, 0) }));
  let owed = payable;
  const draws: { credit_id: string; amount: Dec }[] = [];
  for (const { credit_id, from_ms, expires_ms } of credits) {
    let amount = new Dec(0);
    for (const stretch of open) {
      if (stretch.from_ms < from_ms || stretch.from_ms >= expires_ms) continue;
      const part = Dec.max(Dec.min(left.get(credit_id) ?? 0, stretch.amount, owed), 0);
      stretch.amount = stretch.amount.minus(part);
      left.set(credit_id, new Dec(left.get(credit_id) ?? 0).minus(part));
      owed = owed.minus(part);
      amount = amount.plus(part);
    }
    if (amount.gt(0)) draws.push({ credit_id, amount });
  }
  return draws;
}
