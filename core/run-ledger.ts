import type { Progress } from "./progress.ts";
import type { Run, RunKind } from "./run.ts";

/** What a run says of itself as it goes; what is left out stays as it was. */
export type RunChange = Partial<
  Pick<Run, "state" | "from_ms" | "to_ms" | "bound" | "former_bound" | "versions" | "counts" | "error">
>;

/** Which run to begin; `period` left out = of none. */
export interface RunAsked {
  readonly kind: RunKind;
  readonly period?: string;
  readonly dry_run?: boolean;
  readonly asked_by?: string;
  readonly reason?: string;
}

/** The ledger of runs: one at a time by a lease with expiry, each step a row, `seq` the fencing number. */
export interface RunLedger {
  /**
   * Begins a run and holds its lease, renewed until `end`; one left over by a process that is gone, or whose lease has
   * expired, is failed first. @throws AppError run-in-progress
   */
  begin(kind: RunKind, period?: string, options?: Omit<RunAsked, "kind" | "period">): Promise<Run>;
  /**
   * Writes the run's next step, whichever earlier one is given, and gives the run as it then stands. One that is
   * published cannot fail any more: that changes nothing. @throws AppError lease-lost instead of publishing without the lease
   */
  step(run: Run, change: RunChange): Promise<Run>;
  /** To be called before each step of the work: refuses to go on without the lease. @throws AppError lease-lost */
  guard(run: Run): void;
  /** Guards, and tells how far the run is; stored when `what` changes, else every two seconds at most. @throws AppError lease-lost */
  beat(run: Run, progress: Progress): Promise<void>;
  /** Writes why a run failed. Never throws: a run whose failing cannot be written is failed when the next one begins. */
  fail(run: Run, error: unknown): Promise<void>;
  /** Ends what `begin` began, whatever came of it. */
  end(run: Run): void;
  /** Begins a run, does its work under the lease, and ends it; where the work throws, the run has failed. @throws AppError run-in-progress, and whatever the work throws */
  hold<T>(asked: RunAsked, work: (run: Run) => Promise<T>): Promise<T>;
  /** From now on none begins in this process, and the one going on fails before its next step: another process may do it at once. */
  stop(): void;
  /** Whether it is this process that does the run, now. */
  holds(run_id: string): boolean;
  /** The run that is going on, in whichever process; null = none. */
  running(): Promise<Run | null>;
  /** The latest published run of a kind (and period), or null. */
  latestPublished(kind: RunKind, period?: string): Promise<Run | null>;
  list(options: { before_seq: bigint | null; limit: number }): Promise<Run[]>;
  get(id: string): Promise<Run | null>;
}
