import Type from "typebox";
import { nextMonth } from "../../core/calendar.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

const selectClosed = defineQuery(
  "rating/closed/correcting_months",
  Type.Object({ period: Type.String(), run_seq: Type.String() }),
  Type.Object({ closed: Type.String() }),
);

/** Months on whose statements stands what a run wrote of a month that somebody had closed: for each payer the first that is open. Oldest first. */
export async function correctingMonths(
  { store }: { store: Store },
  { month, run_seq }: { month: string; run_seq: bigint },
): Promise<string[]> {
  const found = await selectClosed(store.read, { period: month, run_seq: run_seq.toString() });
  return found.map(({ closed }) => nextMonth(closed));
}
