import Type, { type Static } from "typebox";
import type { InstantMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

/** When usage counts: `usage` at the time of use; `billing` in the period that bills it, so that a closed one stays as it was (P8). */
export const UsageBasis = Type.Union([Type.Literal("usage"), Type.Literal("billing")]);
export type UsageBasis = Static<typeof UsageBasis>;

/** Where adjustments can be, as statements take it: runs and the starts of windows they wrote late (Unix ms), in pairs. */
export const lateParams = { late_runs: Type.Array(Type.Integer()), late_starts: Type.Array(Type.Integer()) };
export interface LateWindows {
  readonly late_runs: number[];
  readonly late_starts: number[];
}

const selectLateWindows = defineQuery(
  "aggregate/reports/late_windows",
  Type.Object({ as_of: Type.String(), live_seq: Type.String(), from_ms: Type.Integer(), to_ms: Type.Integer() }),
  Type.Object({ run_seq: Type.String(), start_ms: Type.String() }),
);

/**
 * Where a basis may differ from plain usage in a span, by what is used in it or booked in it; null = nowhere. Where nothing was published after
 * a closing both bases say the same. Answered from small tables, in a few milliseconds.
 */
export async function findLateWindows(
  { store }: { store: Store },
  asked: { basis: UsageBasis; as_of: bigint; live_seq?: bigint; from: InstantMs; to: InstantMs },
): Promise<LateWindows | null> {
  const { basis, as_of, live_seq = 0n, from, to } = asked;
  if (basis === "usage") return null;
  const rows = await selectLateWindows(store.read, {
    as_of: as_of.toString(),
    live_seq: live_seq.toString(),
    from_ms: from,
    to_ms: to,
  });
  if (rows.length === 0) return null;
  return {
    late_runs: rows.map(({ run_seq }) => Number(run_seq)),
    late_starts: rows.map(({ start_ms }) => Number(start_ms)),
  };
}
