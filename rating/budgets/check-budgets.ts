import Type from "typebox";
import { monthAnywhere } from "../../core/calendar.ts";
import type { Clock } from "../../core/clock.ts";
import { field, insertLines, timeField } from "../../core/insert-lines.ts";
import type { Log } from "../../core/log.ts";
import type { Run, RunLedger } from "../../core/runs.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { InControl, Turn } from "../../core/versions.ts";
import type { Budget, Threshold } from "./budget.ts";
import type { Budgets } from "./budgets.ts";
import { budgetsOf, judge, type Judged, type MonthAmounts, nextTurn, sumAmounts } from "./judge.ts";
import { notice } from "./notice.ts";

/** What holding months against budgets stands on. */
export interface BudgetDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: RunLedger;
  readonly budgets: Budgets;
  readonly inControl: InControl;
  /** What a month is expected to come to. @throws AppError run-in-progress, lease-lost */
  forecast(period: string): Promise<MonthAmounts>;
}

const Text = Type.String();
const selectTotals = defineQuery(
  "rating/budgets/month_totals",
  Type.Object({ period: Text, run_seq: Text }),
  Type.Object({ account_id: Text, payer_account_id: Text, currency: Text, amount: Text }),
);
const selectStanding = defineQuery(
  "rating/budgets/standing_notices",
  Type.Object({ period: Text }),
  Type.Object({
    notice_id: Text,
    turn: Type.Integer(),
    state: Type.Union([Type.Literal("reached"), Type.Literal("no-longer")]),
    run_seq: Text,
  }),
);
const selectUnchecked = defineQuery(
  "rating/budgets/rated_periods",
  Type.Object({}),
  Type.Object({ period: Text, run_seq: Text, budgets: Text }),
);
const columns =
  "notice_id turn state budget_id version period percent of currency limit_amount amount run_id run_seq noticed_at".split(
    " ",
  );

/**
 * Holds a month's latest published rating against the budgets of that month, and what the month is expected to come to where a budget asks
 * for that and the month is not over. Each threshold is noticed once for a version of a budget and a month, whoever looks and however
 * often: what was noticed is read and written in one turn at control data. @throws what forecasting throws, when all actual ones are done
 */
export async function checkBudgets(deps: BudgetDeps, period: string): Promise<void> {
  const { store, clock, ledger } = deps;
  const versions = await deps.budgets.versions();
  const budgets = budgetsOf(versions, monthAnywhere(period).end);
  if (budgets.length === 0) return;
  const run = await ledger.latestPublished("rate", period);
  if (run === null) return;
  const actual = sumAmounts(await selectTotals(store.read, { period, run_seq: run.seq.toString() }));
  await turnNotices(deps, { run, period, judged: judge(budgets, { of: "actual", period, amounts: actual }) });
  if (budgets.some(asksForecast)) {
    // A month that is over will come to what it has come to.
    const isOver = clock.now() >= monthAnywhere(period).end;
    const amounts = isOver ? actual : await deps.forecast(period);
    await turnNotices(deps, { run, period, judged: judge(budgets, { of: "forecast", period, amounts }) });
  }
  const line = [period, run.seq, knownBy(versions, period), timeField(clock.now())].join("\t");
  const into = { table: "budget_check", columns: ["period", "run_seq", "budgets", "checked_at"] };
  await insertLines(store.write, into, `${line}\n`);
}

/** Holds those months against budgets whose latest rating was not: its process died, or a budget was written since. */
export async function catchUpBudgets(deps: BudgetDeps): Promise<void> {
  const versions = await deps.budgets.versions();
  if (versions.length === 0) return;
  for (const { period, budgets } of await selectUnchecked(deps.store.read, {})) {
    const known = knownBy(versions, period);
    if (known > 0 && BigInt(budgets) < BigInt(known)) await checkBudgets(deps, period);
  }
}

const asksForecast = ({ thresholds }: Budget): boolean => thresholds.some(({ of }: Threshold) => of === "forecast");

/** How many versions of budgets there are that a month could be held against. */
function knownBy(versions: Awaited<ReturnType<Budgets["versions"]>>, period: string): number {
  return versions.filter(({ changed_ms }) => changed_ms < monthAnywhere(period).end).length;
}

/** Writes what has turned of the thresholds, and gives notice of those reached for the first time. */
async function turnNotices(
  { inControl, store, clock, log }: BudgetDeps,
  { run, period, judged }: { run: Run; period: string; judged: readonly Judged[] },
): Promise<void> {
  if (judged.length === 0) return;
  const noticed = await inControl(async (turn) => {
    const rows = await selectStanding(store.read, { period });
    const standing = new Map(rows.map((row) => [row.notice_id, { ...row, run_seq: BigInt(row.run_seq) }]));
    const turned = judged.flatMap((one) => {
      const next = nextTurn(one, { former: standing.get(one.notice_id), run_seq: run.seq });
      return next === null ? [] : [{ ...one, ...next }];
    });
    await write(turn, { run, period, turned, now_ms: clock.now() });
    return turned;
  });
  for (const { budget, threshold, amount, limit_amount, state, isNew, notice_id } of noticed) {
    const told = { notice_id, budget_id: budget.budget_id, period, ...threshold, amount, limit_amount };
    if (isNew) notice(log, { ...told, currency: budget.currency, run_id: run.id });
    else log.info({ ...told, state, run_id: run.id }, "budget threshold turned");
  }
}

interface Turned extends Judged {
  readonly turn: number;
  readonly state: string;
}

async function write(
  turn: Turn,
  { run, period, turned, now_ms }: { run: Run; period: string; turned: readonly Turned[]; now_ms: number },
): Promise<void> {
  const lines = turned.map((one) => {
    const { budget_id, version, currency } = one.budget;
    const { percent, of } = one.threshold;
    const head = [one.notice_id, one.turn, one.state, field(budget_id), version, period, percent, of, currency];
    return `${[...head, one.limit_amount, one.amount, run.id, run.seq, timeField(now_ms)].join("\t")}\n`;
  });
  if (lines.length > 0) await turn.write({ table: "budget_notice", columns }, lines.join(""));
}
