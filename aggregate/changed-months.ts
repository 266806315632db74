import Type from "typebox";
import { monthOf } from "../core/calendar.ts";
import { instant } from "../core/instant.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";

const selectDays = defineQuery(
  "aggregate/changed_days",
  Type.Object({}),
  Type.Object({ time_zone: Type.String(), first_ms: Type.String(), last_ms: Type.String(), run_seq: Type.String() }),
);

/** Months with published windows, oldest first, each with the number of the latest run that wrote any of them. */
export async function changedMonths({ store }: { store: Store }): Promise<{ month: string; run_seq: bigint }[]> {
  const latest = new Map<string, bigint>();
  for (const { time_zone, first_ms, last_ms, run_seq } of await selectDays(store.read, {})) {
    for (const ms of [first_ms, last_ms]) {
      const month = monthOf({ zone: time_zone, at: instant(Number(ms)) });
      const known = latest.get(month) ?? 0n;
      if (BigInt(run_seq) > known) latest.set(month, BigInt(run_seq));
    }
  }
  return [...latest].map(([month, run_seq]) => ({ month, run_seq })).toSorted((a, b) => (a.month < b.month ? -1 : 1));
}
