import { contentId } from "../../core/content-id.ts";
import { Dec, dec, formatDecimal } from "../../core/decimal.ts";
import type { Budget, Threshold } from "./budget.ts";
import type { BudgetVersion } from "./budgets.ts";

/** Amounts a month comes to, by payer and by account, in one currency each (`owedIn`); what is not there is nothing. */
export interface MonthAmounts {
  readonly payers: ReadonlyMap<string, string>;
  readonly accounts: ReadonlyMap<string, string>;
}

/** Sums what lines come to by payer and by account, each currency by itself. Pure. */
export function sumAmounts(
  lines: readonly { payer_account_id: string; account_id: string; currency: string; amount: string }[],
): MonthAmounts {
  const payers = new Map<string, string>();
  const accounts = new Map<string, string>();
  const add = (to: Map<string, string>, owed: string, amount: string): void => {
    to.set(owed, formatDecimal(dec(to.get(owed) ?? "0").plus(dec(amount))));
  };
  for (const { payer_account_id, account_id, currency, amount } of lines) {
    add(payers, owedIn(payer_account_id, currency), amount);
    add(accounts, owedIn(account_id, currency), amount);
  }
  return { payers, accounts };
}

/** What an amount of somebody in a currency goes by: an account that comes to another payer can have two in a month. */
function owedIn(id: string, currency: string): string {
  return JSON.stringify([id, currency]);
}

/** A threshold of a budget held against an amount. */
export interface Judged {
  readonly notice_id: string;
  readonly budget: Budget;
  readonly threshold: Threshold;
  /** Percent of the budget's amount, and what was held against it; decimals in its currency. */
  readonly limit_amount: string;
  readonly amount: string;
  readonly reached: boolean;
}

/** How a threshold stood when it was last looked at. */
export interface Standing {
  readonly turn: number;
  readonly state: "reached" | "no-longer";
  readonly run_seq: bigint;
}

/** The versions a month is held against: of each budget the last one written before the month was over. Pure. */
export function budgetsOf(versions: readonly BudgetVersion[], month_end_ms: number): Budget[] {
  const last = new Map(
    versions
      .filter(({ changed_ms }) => changed_ms < month_end_ms)
      .map((version) => [version.budget.budget_id, version] as const),
  );
  return [...last.values()].filter(({ deleted }) => !deleted).map(({ budget }) => budget);
}

/** Holds the thresholds of one kind against what a month comes to in the budget's currency; reached = as much or more. Pure. */
export function judge(
  budgets: readonly Budget[],
  { of, period, amounts }: { of: Threshold["of"]; period: string; amounts: MonthAmounts },
): Judged[] {
  return budgets.flatMap((budget) => {
    const { payer_account_id, account_id, currency } = budget;
    const amount =
      account_id === undefined
        ? amounts.payers.get(owedIn(payer_account_id ?? "", currency))
        : amounts.accounts.get(owedIn(account_id, currency));
    return budget.thresholds
      .filter((threshold) => threshold.of === of)
      .map((threshold): Judged => {
        const limit = dec(budget.amount).times(dec(threshold.percent)).div(new Dec(100));
        const spent = dec(amount ?? "0");
        return {
          notice_id: noticeId(budget, { threshold, period }),
          budget,
          threshold,
          limit_amount: formatDecimal(limit),
          amount: formatDecimal(spent),
          reached: spent.gte(limit),
        };
      });
  });
}

/** The next turn of a threshold, or null where nothing has changed, or a later run has said how it stands. Pure. */
export function nextTurn(
  { reached }: Pick<Judged, "reached">,
  { former, run_seq }: { former: Standing | undefined; run_seq: bigint },
): { turn: number; state: Standing["state"]; isNew: boolean } | null {
  if (former === undefined) return reached ? { turn: 1, state: "reached", isNew: true } : null;
  const state = reached ? "reached" : "no-longer";
  if (former.run_seq > run_seq || former.state === state) return null;
  return { turn: former.turn + 1, state, isNew: false };
}

function noticeId(
  { budget_id, version }: Budget,
  { threshold, period }: { threshold: Threshold; period: string },
): string {
  return contentId("bn", budget_id, version, period, threshold.percent, threshold.of);
}
