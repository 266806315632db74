import Type, { type Static } from "typebox";
import { instant, type InstantMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { oncePublished, readPublication } from "./publication.ts";

/** When usage counts: `usage` at the time of use; `billing` in the period that bills it, so that a closed one stays as it was (P8). */
export const UsageBasis = Type.Union([Type.Literal("usage"), Type.Literal("billing")]);
export type UsageBasis = Static<typeof UsageBasis>;

/** Where adjustments can be, as statements take it: runs and the starts of windows they wrote late (Unix ms), in pairs. */
export const lateParams = { late_runs: Type.Array(Type.Integer()), late_starts: Type.Array(Type.Integer()) };
export interface LateWindows {
  readonly late_runs: number[];
  readonly late_starts: number[];
}
export const noLateWindows: LateWindows = { late_runs: [], late_starts: [] };

const selectLateWindows = defineQuery(
  "aggregate/reports/late_windows",
  Type.Object({ live_seq: Type.String() }),
  Type.Object({ run_seq: Type.String(), start_ms: Type.String(), closed_ms: Type.String() }),
);

const selectOfAccount = defineQuery(
  "aggregate/reports/late_windows_of_account",
  Type.Object({ account_id: Type.String(), ...lateParams }),
  Type.Object({ run_seq: Type.String(), start_ms: Type.String() }),
);

/** A window that a run wrote after closings of which the latest ends at `closed_ms`. */
interface LateWindow {
  readonly run_seq: number;
  readonly start_ms: number;
  readonly closed_ms: number;
}

/** What is asked for, and in which state of publication. */
interface Span {
  readonly basis: UsageBasis;
  /** The highest run that counts. */
  readonly as_of: bigint;
  /** Of publication, by whoever has just read it. */
  readonly state?: string | undefined;
  readonly live_seq?: bigint;
  readonly from: InstantMs;
  readonly to: InstantMs;
  /** Empty = all. */
  readonly account_ids?: readonly string[];
}

/** No window is as long, whatever its zone does to its clock. */
export const WINDOW_MS_MAX = 2 * 86_400_000;

/** The span in which windows start that reach into another one. */
export function reachingInto<T extends { readonly from: InstantMs }>(span: T): T {
  return { ...span, from: instant(span.from - WINDOW_MS_MAX) };
}

/** Where a basis may differ from plain usage in a span, by what is used in it or booked in it; null = nowhere: both bases say the same. */
export async function findLateWindows({ store }: { store: Store }, asked: Span): Promise<LateWindows | null> {
  const { basis, as_of, live_seq = 0n, from, to, account_ids = [] } = asked;
  if (basis === "usage") return null;
  const state = asked.state ?? (await readPublication({ store })).state;
  const all =
    live_seq === 0n
      ? await oncePublished({ store }, { state, name: "late windows", read: () => readLate({ store }, 0n) })
      : await readLate({ store }, live_seq);
  const late = all.filter(
    ({ run_seq, start_ms, closed_ms }) =>
      (run_seq <= as_of || BigInt(run_seq) === live_seq) && start_ms < to && closed_ms >= from,
  );
  const [account_id, ...others] = account_ids;
  if (late.length === 0) return null;
  if (account_id === undefined || others.length > 0 || live_seq !== 0n) return paired(late);
  return oncePublished(
    { store },
    {
      state,
      name: `late windows ${as_of} ${from} ${to} ${account_id}`,
      read: async () => {
        const own = await selectOfAccount(store.read, { account_id, ...paired(late) });
        return own.length === 0 ? null : paired(own);
      },
    },
  );
}

/** Those of them whose windows start in a span; null = none. */
export function lateWithin(
  { late_runs, late_starts }: LateWindows,
  { from, to }: { from: InstantMs; to: InstantMs },
): LateWindows | null {
  const late = late_runs
    .map((run_seq, index) => ({ run_seq, start_ms: late_starts[index] ?? 0 }))
    .filter(({ start_ms }) => start_ms >= from && start_ms < to);
  return late.length === 0 ? null : paired(late);
}

function paired(
  late: readonly { readonly run_seq: number | string; readonly start_ms: number | string }[],
): LateWindows {
  return {
    late_runs: late.map(({ run_seq }) => Number(run_seq)),
    late_starts: late.map(({ start_ms }) => Number(start_ms)),
  };
}

async function readLate({ store }: { store: Store }, live_seq: bigint): Promise<LateWindow[]> {
  const rows = await selectLateWindows(store.read, { live_seq: live_seq.toString() });
  return rows.map(({ run_seq, start_ms, closed_ms }) => ({
    run_seq: Number(run_seq),
    start_ms: Number(start_ms),
    closed_ms: Number(closed_ms),
  }));
}
