import { randomBytes, randomInt } from "node:crypto";
import type { Clock } from "./clock.ts";
import { AppError, assert } from "./errors.ts";
import { type InstantMs, instant } from "./instant.ts";
import { PROGRESS_MS_MIN, type Progress } from "./progress.ts";
import { readRuns, type Run, type RunKind, writeRun } from "./run.ts";
import type { RunAsked, RunChange, RunLedger } from "./run-ledger.ts";
import { holderName, inProgress, leaseLost, renewEvery, standingOf } from "./run-lease.ts";
import { isSole, type Store } from "./store.ts";
import { type Stretches, traced, tracedStretches } from "./trace.ts";
import type { InControl } from "./versions.ts";

export { type Run, RunKind, RunState } from "./run.ts";
export type { RunLedger } from "./run-ledger.ts";

/** What a ledger stands on. */
export interface RunLedgerDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** How long a lease lasts without a sign of life, in ms; asked at each beginning. Five minutes where left out. */
  readonly lease_ms?: () => Promise<number>;
  /** Whether other processes may hold runs on this store. Where left out: unless the engine is in this process, which then has it alone. */
  readonly shared?: boolean;
  /** A turn no other process has meanwhile, where there is a lock for it: of two that begin in one moment one then goes on, instead of neither. */
  readonly inControl?: InControl;
}

/** The lease as this process holds it; `run` is null while it is about to begin. */
interface Held {
  run: Run | null;
  readonly renewal: AbortController;
  readonly lease_ms: number;
  /** As stored: what others see. */
  expires_ms: InstantMs;
  written_ms: InstantMs;
  /** Why it is no longer held; '' = it is. */
  lost: string;
}

const LEASE_MS = 300_000;
const SEQ_GAP_MAX = 1_000_000;

/** How many runs are remembered as they stand; steps are written to the latest few alone. */
const rememberedMax = 100;

/** The ledger on the store. One run at a time in this process, and by the lease among all that have the store. */
export function createRunLedger({ store, clock, lease_ms, shared, inControl }: RunLedgerDeps): RunLedger {
  const embedded = isSole(store);
  const sole = !(shared ?? !embedded);
  const latest = new Map<bigint, Run>();
  const published = new Set<bigint>();
  let held: Held | null = null;
  let stopping = false;
  let stretches: Stretches | null = null;

  function remember(run: Run): void {
    latest.set(run.seq, run);
    const oldest = latest.keys().next().value;
    if (latest.size <= rememberedMax || oldest === undefined) return;
    latest.delete(oldest);
    published.delete(oldest);
  }

  /** Writes the next row of a run; while this process holds it and it runs, each renews the lease. */
  async function write(run: Run, change: RunChange & { progress?: Progress }): Promise<Run> {
    const known = latest.get(run.seq) ?? run;
    const now = clock.now();
    const next = { ...known, ...change, step: known.step + 1, changed_ms: now };
    const own = held?.run?.seq === run.seq && next.state === "running" ? held : null;
    const row = own === null ? next : { ...next, lease_expires_ms: instant(now + own.lease_ms) };
    remember(row);
    await writeRun(store, row);
    if (own !== null) Object.assign(own, { expires_ms: row.lease_expires_ms, written_ms: now });
    if (row.state === "published") published.add(row.seq);
    return row;
  }

  function guard(run: Run): void {
    if (held?.run?.seq !== run.seq) throw leaseLost(run, "it does not hold the lease");
    if (held.lost !== "") throw leaseLost(run, held.lost);
    if (stopping) throw leaseLost(run, "its process is stopping");
    // Nobody else may take a lease where this process has the store alone, so a machine that slept may go on.
    if (!sole && clock.now() >= held.expires_ms) throw leaseLost(run, "its lease has expired");
  }

  async function step(run: Run, change: RunChange): Promise<Run> {
    if (change.state === "failed" && published.has(run.seq)) return latest.get(run.seq) ?? run;
    if (change.state === "published") {
      guard(run);
      assert(!run.dry_run, "a dry run is never published");
    }
    const row = await write(run, change);
    const why = sole || change.state !== "published" || held === null ? "" : await whyLost(held, run);
    if (why !== "") throw leaseLost(run, why);
    return row;
  }

  async function refuseOrTakeOver(): Promise<void> {
    for (const left of await readRuns(store, { state: "running" }, 1000)) {
      const standing = standingOf(left, { now: clock.now(), sole });
      if (standing.held) throw inProgress(left);
      await write(left, { state: "failed", error: standing.why });
    }
  }

  /** Writes down that a run begins, after those that hold it up are asked. */
  async function enter(asked: Required<RunAsked> & { length_ms: number }): Promise<Run> {
    const { length_ms, ...of } = asked;
    await refuseOrTakeOver();
    const [last] = await readRuns(store, {}, 1);
    const now = clock.now();
    const run: Run = {
      ...unborn(asked.kind, now),
      // Two that begin in one moment must not share a number: what one cleared away would be the other's.
      seq: (last?.seq ?? 0n) + (sole ? 1n : BigInt(randomInt(1, SEQ_GAP_MAX))),
      id: `run_${randomBytes(10).toString("hex")}`,
      ...of,
      lease_expires_ms: instant(now + length_ms),
    };
    await writeRun(store, run);
    if (!sole) await requireAlone(run);
    return run;
  }

  /** Another process may have begun in the same moment: the later of the two at least sees both, and whoever does gives way. */
  async function requireAlone(run: Run): Promise<void> {
    const other = (await readRuns(store, { state: "running" }, 10)).find(({ id }) => id !== run.id);
    if (other === undefined) return;
    await write(run, { state: "failed", error: `run ${other.id} began in the same moment` });
    throw inProgress(other);
  }

  /** A turn that was lost may have been another's too, so its run does not go on. */
  async function enterInTurn(take: InControl, asked: Parameters<typeof enter>[0]): Promise<Run> {
    let entered: Run | null = null;
    // Whoever waits for a run asks again and again: a turn is only taken where it may come to something.
    const left = (await readRuns(store, { state: "running" }, 1)).find(
      (run) => standingOf(run, { now: clock.now(), sole }).held,
    );
    if (left !== undefined) throw inProgress(left);
    try {
      return await take(async () => (entered = await enter(asked)));
    } catch (error) {
      if (entered !== null) await write(entered, { state: "failed", error: "its turn to begin was lost" });
      throw error;
    }
  }

  /** Signs of life, also while one statement takes long. A failure to write one costs nothing before the lease expires. */
  async function keepAlive(of: Held, run: Run): Promise<void> {
    const { signal } = of.renewal;
    while (!signal.aborted) {
      try {
        await clock.sleep(renewEvery(of.lease_ms), signal);
        if (!sole) of.lost ||= await whyLost(of, run);
        if (!signal.aborted && of.lost === "" && latest.get(run.seq)?.state === "running") await write(run, {});
      } catch {
        // Stopped, or the store did not take it: guard looks at the clock.
      }
    }
  }

  async function whyLost({ expires_ms }: Held, run: Run): Promise<string> {
    if (clock.now() >= expires_ms) return "its lease has expired";
    const [stored] = await readRuns(store, { run_id: run.id }, 1);
    return stored?.state === "failed" ? stored.error : "";
  }

  const ledger: RunLedger = {
    stop: () => {
      stopping = true;
    },
    begin: async (kind, period = "", { dry_run = false, asked_by = "", reason = "" } = {}) => {
      if (stopping) throw new AppError("lease-lost", "this process is stopping, so no run begins in it");
      if (held !== null) {
        const { run } = held;
        throw inProgress(run === null ? unborn(kind, clock.now()) : (latest.get(run.seq) ?? run));
      }
      const zero = instant(0);
      const taken: Held = {
        run: null,
        renewal: new AbortController(),
        lease_ms: LEASE_MS,
        expires_ms: zero,
        written_ms: zero,
        lost: "",
      };
      held = taken;
      try {
        const length_ms = (await lease_ms?.()) ?? LEASE_MS;
        const asked = { kind, period, dry_run, asked_by, reason, length_ms };
        const run = await (inControl === undefined ? enter(asked) : enterInTurn(inControl, asked));
        held = { ...taken, run, lease_ms: length_ms, expires_ms: run.lease_expires_ms, written_ms: run.began_ms };
        remember(run);
        void keepAlive(held, run);
        return run;
      } catch (error) {
        held = null;
        throw error;
      }
    },
    step,
    guard,
    beat: async (run, progress) => {
      guard(run);
      const known = latest.get(run.seq) ?? run;
      const fresh = known.progress?.what !== progress.what;
      if (fresh) stretches?.next(`step ${progress.what}`);
      if (fresh || clock.now() - (held?.written_ms ?? 0) >= PROGRESS_MS_MIN) await write(run, { progress });
      else remember({ ...known, progress });
    },
    fail: async (run, error) => {
      try {
        await step(run, { state: "failed", error: error instanceof Error ? error.message : String(error) });
      } catch {
        // The store does not even take this; the cause is on its way to the caller.
      }
    },
    end: (run) => {
      if (held?.run?.seq !== run.seq) return;
      held.renewal.abort();
      held = null;
    },
    hold: ({ kind, period, ...options }, work) =>
      traced(`run ${kind}`, { "tally.run.kind": kind, "tally.run.period": period ?? "" }, async (span) => {
        const run = await ledger.begin(kind, period, options);
        span.setAttribute("tally.run.id", run.id);
        stretches = tracedStretches();
        try {
          return await work(run);
        } catch (error) {
          await ledger.fail(run, error);
          throw error;
        } finally {
          stretches?.end();
          ledger.end(run);
        }
      }),
    holds: (run_id) => held?.run?.id === run_id,
    running: async () => (await readRuns(store, { state: "running" }, 1))[0] ?? null,
    latestPublished: async (kind, period = "") =>
      (await readRuns(store, { kind, state: "published", period }, 1))[0] ?? null,
    list: ({ before_seq, limit }) => readRuns(store, { before_seq: (before_seq ?? 0n).toString() }, limit),
    get: async (id) => (await readRuns(store, { run_id: id }, 1))[0] ?? null,
  };
  return ledger;
}

/** A run that is about to begin, before it has a number. */
function unborn(kind: RunKind, now: InstantMs): Run {
  const zero = instant(0);
  return {
    seq: 0n,
    step: 1,
    id: "about to begin",
    kind,
    state: "running",
    period: "",
    dry_run: false,
    asked_by: "",
    reason: "",
    from_ms: zero,
    to_ms: zero,
    bound: {},
    former_bound: {},
    versions: {},
    counts: {},
    error: "",
    began_ms: now,
    holder: holderName(),
    lease_expires_ms: zero,
    progress: null,
    changed_ms: now,
  };
}
