import { randomBytes } from "node:crypto";
import Type, { type Static } from "typebox";
import type { Clock } from "../../core/clock.ts";
import { AppError, toldWhy, toProblem } from "../../core/errors.ts";
import { formatMs, type InstantMs, instant } from "../../core/instant.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import { isForsaken, isLeftBehind } from "../../core/left-behind.ts";
import type { Log } from "../../core/log.ts";
import { standingOf } from "../../core/run-lease.ts";
import { type Progress, tellProgress } from "../../core/progress.ts";
import type { RunLedger } from "../../core/runs.ts";
import { defineQuery } from "../../core/sql.ts";
import { isSole, placeOf, type Store } from "../../core/store.ts";
import type { Operation, OperationPlace } from "./operation.ts";

/** What goes on, and what became of it. */
export interface Operations {
  /** Those begun last first. */
  list(page: { before: OperationPlace | null; state?: string; limit: number }): Promise<Operation[]>;
  get(id: string): Promise<Operation | null>;
  /** Writes down work that is on its way, and how it ends; the work is done whatever becomes of the writing. */
  follow(of: Followed): Promise<Operation>;
  /** Ends what a process before this one left on its way. */
  recover(): Promise<void>;
  /** Ends what machines that are gone left on its way. */
  sweep(): Promise<void>;
  /** Once all that this process follows has ended. */
  settled(): Promise<void>;
}

/** Work on its way. `outcome`: what its request would be answered; `progress`: how far it is, where no run tells. */
export interface Followed {
  /** Where what is followed has one of its own. */
  readonly id?: string;
  readonly progress?: () => Operation["progress"];
  readonly kind: string;
  readonly subject: string;
  readonly asked_by: string;
  readonly began: InstantMs;
  readonly outcome: Promise<unknown>;
}

const Text = Type.String();
const Row = Type.Object({
  id: Text,
  source: Text,
  kind: Text,
  subject: Text,
  state: Text,
  holder: Text,
  lease_expires_ms: Text,
  progress: Text,
  outcome: Text,
  error: Text,
  asked_by: Text,
  began_ms: Text,
  changed_ms: Text,
});
type Found = Static<typeof Row>;
const select = defineQuery(
  "api/operations/operations",
  Type.Object({ id: Text, state: Text, before_ms: Text, before_id: Text, limit: Type.Integer() }),
  Row,
);
/** Above what goes on at a time. */
const RUNNING_MAX = 1000;
const columns = "operation_id version kind subject state holder outcome error asked_by changed_at".split(" ");

/** Operations of a store, once what a process before this one left on its way is ended. */
export async function openOperations(deps: Parameters<typeof createOperations>[0]): Promise<Operations> {
  const operations = createOperations(deps);
  await operations.recover();
  return operations;
}

/** Operations of a store: runs and exports as their own rows tell of them, and beside them what is neither. */
function createOperations({
  store,
  clock,
  log,
  runs,
}: {
  store: Store;
  clock: Clock;
  log: Log;
  runs: Pick<RunLedger, "holds">;
}): Operations {
  const goingOn = new Set<Promise<void>>();
  const progressOf = new Map<string, () => Operation["progress"]>();
  const sole = isSole(store);

  async function read(asked: { id?: string; state?: string; before?: OperationPlace | null; limit?: number }) {
    const { id = "", state = "", before = null, limit = 1 } = asked;
    return select(store.read, { id, state, before_ms: before?.began_ms ?? "0", before_id: before?.id ?? "", limit });
  }

  async function write(
    of: Omit<Followed, "outcome" | "progress"> & { id: string; holder?: string },
    end: Ending | null,
  ): Promise<void> {
    const { id, kind, subject, asked_by, began, holder = placeOf(store) } = of;
    const { state, outcome = "", error = "" } = end ?? { state: "running" };
    const values = [id, end === null ? 1 : 2, kind, field(subject), state, field(holder), field(outcome), field(error)];
    const changed = end === null ? began : clock.now();
    const line = [...values, field(asked_by), timeField(changed)].join("\t");
    await insertLines(store.write, { table: "operation", columns }, `${line}\n`);
  }

  function toOperation(row: Found): Operation {
    const { id, kind, subject, progress, outcome, asked_by } = row;
    const died = row.source === "run" && row.state === "running" ? whyDied(row) : "";
    const state = died === "" ? (row.state as Operation["state"]) : "failed";
    const why = died === "" ? row.error : died;
    const told = progressOf.get(id)?.() ?? readProgress(progress);
    return {
      id,
      kind,
      subject: subject === "" ? null : subject,
      state,
      progress: state === "running" ? told : null,
      result: state === "succeeded" ? (results[row.source]?.(id) ?? null) : null,
      outcome: outcome === "" ? null : (JSON.parse(outcome) as unknown),
      error: state === "failed" ? why : null,
      asked_by: asked_by === "" ? null : asked_by,
      began_at: formatMs(row.began_ms),
      ended_at: state === "running" ? null : formatMs(row.changed_ms),
    };
  }

  /** Why a run that says it is running is not; '' = it is. */
  function whyDied({ id, holder, lease_expires_ms }: Found): string {
    if (runs.holds(id)) return "";
    const standing = standingOf(
      { holder, lease_expires_ms: instant(Number(lease_expires_ms)) },
      { now: clock.now(), sole },
    );
    return standing.held ? "" : standing.why;
  }

  /** What goes on within those that are no runs themselves: the run that does it now, which whoever asked for the one asked for. */
  async function withProgress(operations: Operation[]): Promise<Operation[]> {
    const isOuter = ({ id, state }: Operation): boolean => state === "running" && id.startsWith("op_");
    if (!operations.some(isOuter)) return operations;
    const running = (await read({ state: "running", limit: RUNNING_MAX })).filter(
      (row) => row.source === "run" && whyDied(row) === "",
    );
    return operations.map((operation) => {
      const { asked_by, began_at } = operation;
      const isOwn = (run: Found): boolean => run.asked_by === (asked_by ?? "") && formatMs(run.began_ms) >= began_at;
      const own = isOuter(operation) ? running.find(isOwn) : undefined;
      return own === undefined ? operation : { ...operation, progress: readProgress(own.progress) };
    });
  }

  /** Ends, as failed, what says that it goes on and does not. */
  async function endWhere(isGone: (work: { holder: string; changed_ms: number }) => boolean): Promise<void> {
    for (const row of await read({ state: "running", limit: RUNNING_MAX })) {
      const changed_ms = Number(row.changed_ms);
      if (row.source !== "operation" || !isGone({ holder: row.holder, changed_ms })) continue;
      const { id, kind, subject, asked_by, holder } = row;
      const error = "interrupted: the process that did it ended";
      await write({ id, kind, subject, asked_by, holder, began: clock.now() }, { state: "failed", error });
    }
  }

  return {
    list: async ({ before, state = "", limit }) =>
      withProgress((await read({ before, state, limit })).map(toOperation)),
    get: async (id) => {
      const found = id === "" ? [] : await read({ id });
      const [operation = null] = await withProgress(found.map(toOperation));
      return operation;
    },
    follow: async ({ outcome, progress, id = `op_${randomBytes(10).toString("hex")}`, ...of }) => {
      // It may fail while that is being written.
      outcome.catch(() => undefined);
      await write({ ...of, id }, null);
      if (progress !== undefined) progressOf.set(id, progress);
      const ended = outcome
        .then(
          (value): Ending => ({ state: "succeeded", outcome: JSON.stringify(value) }),
          (error: unknown): Ending => {
            log.warn({ err: error, operation_id: id }, "operation failed");
            const problem = error instanceof AppError ? { outcome: JSON.stringify(toProblem(error, id)) } : {};
            return { state: "failed", error: toldWhy(error), ...problem };
          },
        )
        .then((end) => write({ ...of, id }, end))
        .catch((err: unknown) => log.error({ err, operation_id: id }, "how an operation ended could not be written"))
        .finally(() => progressOf.delete(id));
      goingOn.add(ended);
      void ended.then(() => goingOn.delete(ended));
      const [row] = await read({ id });
      if (row === undefined) throw new AppError("internal", `operation ${id} was not written`);
      return toOperation(row);
    },
    recover: () => endWhere((work) => isLeftBehind(work, { store, clock })),
    sweep: () => endWhere((work) => isForsaken(work, { store, clock })),
    settled: async () => void (await Promise.all(goingOn)),
  };
}

interface Ending {
  readonly state: "running" | "succeeded" | "failed";
  readonly outcome?: string;
  readonly error?: string;
}

const results: Readonly<Record<string, (id: string) => string>> = {
  run: (id) => `/v1/runs/${id}`,
  export: (id) => `/v1/exports/${id}/file`,
};

function readProgress(text: string): Operation["progress"] {
  return text === "" ? null : tellProgress(JSON.parse(text) as Progress);
}
