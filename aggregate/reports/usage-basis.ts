import Type, { type Static } from "typebox";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

/** When usage counts: `usage` at the time of use; `billing` in the period that bills it, so that a closed one stays as it was (P8). */
export const UsageBasis = Type.Union([Type.Literal("usage"), Type.Literal("billing")]);
export type UsageBasis = Static<typeof UsageBasis>;

const countLateWindows = defineQuery(
  "aggregate/reports/late_windows",
  Type.Object({ as_of: Type.String(), live_seq: Type.String() }),
  Type.Object({ windows: Type.String() }),
);

/**
 * Whether a basis may differ from plain usage. Where nothing was published after a closing it does not: both bases say the same.
 * Answered from small tables, in a few milliseconds.
 */
export async function hasAdjustments(
  { store }: { store: Store },
  { basis, as_of, live_seq = 0n }: { basis: UsageBasis; as_of: bigint; live_seq?: bigint },
): Promise<boolean> {
  if (basis === "usage") return false;
  const [row] = await countLateWindows(store.read, { as_of: as_of.toString(), live_seq: live_seq.toString() });
  return row !== undefined && row.windows !== "0";
}
