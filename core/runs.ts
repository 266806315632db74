import { randomBytes } from "node:crypto";
import Type, { type Static } from "typebox";
import type { Clock } from "./clock.ts";
import { AppError } from "./errors.ts";
import type { Bound } from "./event-log.ts";
import { type InstantMs, instant } from "./instant.ts";
import { field, insertLines, timeField } from "./insert-lines.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";

export const RunKind = Type.Union([Type.Literal("aggregate"), Type.Literal("rate")]);
export type RunKind = Static<typeof RunKind>;

export const RunState = Type.Union([
  Type.Literal("running"),
  Type.Literal("published"),
  Type.Literal("unchanged"),
  Type.Literal("failed"),
]);
export type RunState = Static<typeof RunState>;

/** A run as it stands. `seq` orders runs; what run `seq` wrote counts once its state is `published` (P7). */
export interface Run {
  readonly seq: bigint;
  /** How many rows tell of it so far. */
  readonly step: number;
  readonly id: string;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly period: string;
  readonly from_ms: InstantMs;
  readonly to_ms: InstantMs;
  readonly bound: Bound;
  readonly former_bound: Bound;
  readonly versions: Readonly<Record<string, string>>;
  readonly counts: Readonly<Record<string, string>>;
  readonly error: string;
  readonly changed_ms: InstantMs;
}

/** What a run says of itself as it goes; what is left out stays as it was. */
export type RunChange = Partial<
  Pick<Run, "state" | "from_ms" | "to_ms" | "bound" | "former_bound" | "versions" | "counts" | "error">
>;

/** The ledger of runs: one at a time, each step a row. */
export interface RunLedger {
  /** Begins a run; a run left over by a process that died is failed first. @throws AppError run-in-progress */
  begin(kind: RunKind, period?: string): Promise<Run>;
  /** Writes the run's next step, whichever earlier one is given, and gives the run as it then stands. */
  step(run: Run, change: RunChange): Promise<Run>;
  /** Ends what `begin` began, whatever came of it. */
  end(run: Run): void;
  /** The latest published run of a kind (and period), or null. */
  latestPublished(kind: RunKind, period?: string): Promise<Run | null>;
  list(options: { before_seq: bigint | null; limit: number }): Promise<Run[]>;
  get(id: string): Promise<Run | null>;
}

const RunRow = Type.Object({
  run_seq: Type.String(),
  run_id: Type.String(),
  kind: RunKind,
  state: RunState,
  period: Type.String(),
  from_ms: Type.String(),
  to_ms: Type.String(),
  bound: Type.String(),
  former_bound: Type.String(),
  versions: Type.String(),
  counts: Type.String(),
  error: Type.String(),
  changed_ms: Type.String(),
  step: Type.Integer(),
});

const selectRuns = defineQuery(
  "core/runs",
  Type.Object({
    kind: Type.String(),
    state: Type.String(),
    period: Type.String(),
    run_id: Type.String(),
    before_seq: Type.String(),
    limit: Type.Integer(),
  }),
  RunRow,
);

const any = { kind: "", state: "", period: "", run_id: "", before_seq: "0" };
const columns = [
  "run_seq",
  "step",
  "run_id",
  "kind",
  "state",
  "period",
  "from_at",
  "to_at",
  "bound",
  "former_bound",
  "versions",
  "counts",
  "error",
  "changed_at",
];

/** How many runs are remembered as they stand; steps are written to the latest few alone. */
const rememberedMax = 100;

/** The ledger on the store; `begin` holds the one lease of this process (one process holds the data directory). */
export function createRunLedger({ store, clock }: { store: Store; clock: Clock }): RunLedger {
  let current: Run | null = null;
  const latest = new Map<bigint, Run>();

  async function select(filter: Partial<typeof any>, limit: number): Promise<Run[]> {
    const rows = await selectRuns(store.read, { ...any, ...filter, limit });
    return rows.map(toRun);
  }

  async function write(run: Run): Promise<void> {
    const json = (value: unknown): string => field(JSON.stringify(value));
    const values = [
      run.seq,
      run.step,
      run.id,
      run.kind,
      run.state,
      run.period,
      timeField(run.from_ms),
      timeField(run.to_ms),
    ];
    const rest = [
      json(run.bound),
      json(run.former_bound),
      json(run.versions),
      json(run.counts),
      field(run.error),
      timeField(run.changed_ms),
    ];
    await insertLines(store.write, { table: "run", columns }, `${[...values, ...rest].join("\t")}\n`);
  }

  async function step(run: Run, change: RunChange): Promise<Run> {
    const known = latest.get(run.seq) ?? run;
    const next = { ...known, ...change, step: known.step + 1, changed_ms: clock.now() };
    latest.set(run.seq, next);
    if (latest.size > rememberedMax) latest.delete(latest.keys().next().value as bigint);
    await write(next);
    return next;
  }

  return {
    begin: async (kind, period = "") => {
      if (current !== null) throw new AppError("run-in-progress", `run ${current.id} (${current.kind}) is going on`);
      const holder = { seq: -1n, id: "about to begin", kind } as Run;
      current = holder;
      try {
        for (const left of await select({ state: "running" }, 1000)) {
          await step(left, { state: "failed", error: "its process ended before it did" });
        }
        const [last] = await select({}, 1);
        const zero = instant(0);
        const run: Run = {
          seq: (last?.seq ?? 0n) + 1n,
          step: 1,
          id: `run_${randomBytes(10).toString("hex")}`,
          kind,
          state: "running",
          period,
          from_ms: zero,
          to_ms: zero,
          bound: {},
          former_bound: {},
          versions: {},
          counts: {},
          error: "",
          changed_ms: clock.now(),
        };
        await write(run);
        current = run;
        return run;
      } catch (error) {
        current = null;
        throw error;
      }
    },
    step,
    end: (run) => {
      if (current?.seq === run.seq) current = null;
    },
    latestPublished: async (kind, period = "") => (await select({ kind, state: "published", period }, 1))[0] ?? null,
    list: ({ before_seq, limit }) => select({ before_seq: (before_seq ?? 0n).toString() }, limit),
    get: async (id) => (await select({ run_id: id }, 1))[0] ?? null,
  };
}

function toRun(row: Static<typeof RunRow>): Run {
  return {
    seq: BigInt(row.run_seq),
    step: row.step,
    id: row.run_id,
    kind: row.kind,
    state: row.state,
    period: row.period,
    from_ms: instant(Number(row.from_ms)),
    to_ms: instant(Number(row.to_ms)),
    bound: JSON.parse(row.bound) as Bound,
    former_bound: JSON.parse(row.former_bound) as Bound,
    versions: JSON.parse(row.versions) as Record<string, string>,
    counts: JSON.parse(row.counts) as Record<string, string>,
    error: row.error,
    changed_ms: instant(Number(row.changed_ms)),
  };
}
