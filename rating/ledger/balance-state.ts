import { dec, type Dec } from "../../core/decimal.ts";

/** How a prepaid balance stands: enough, low (at or below its threshold), empty (nothing left). */
export type BalanceState = "enough" | "low" | "empty";

/** What a threshold comes to: an amount as it is, a percentage of what was last put in. Pure. */
export function lowAmount(low: string, topped_up: Dec): Dec {
  return low.endsWith("%") ? topped_up.times(dec(low.slice(0, -1))).div(100) : dec(low);
}

/** How a balance stands. Pure. */
export function stateOf(balance: Dec, low: Dec): BalanceState {
  if (balance.lte(0)) return "empty";
  return balance.lte(low) ? "low" : "enough";
}

const worse: Readonly<Record<BalanceState, number>> = { enough: 0, low: 1, empty: 2 };

/** The next turn of a balance, or null where it stands as it did; `told`: it got worse, which whoever is to hear of it is told. Pure. */
export function nextState(state: BalanceState, former: BalanceState | ""): { told: boolean } | null {
  const before = former === "" ? "enough" : former;
  return state === before ? null : { told: worse[state] > worse[before] };
}
