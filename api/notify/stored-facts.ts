import Type, { type Static } from "typebox";
import { minorUnit } from "../../core/currencies.ts";
import { dec, formatFixed } from "../../core/decimal.ts";
import type { Fact } from "../../core/fact.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

const Text = Type.String();
const Since = Type.Object({ since_ms: Text });
const StatementRow = Type.Object({
  statement_id: Text,
  number: Text,
  kind: Text,
  payer_account_id: Text,
  period: Text,
  currency: Text,
  total: Text,
  reverses: Text,
  published_ms: Text,
});
const selectStatements = defineQuery("api/notify/new_statements", Since, StatementRow);
const selectClosings = defineQuery(
  "api/notify/new_closings",
  Since,
  Type.Object({ payer_account_id: Text, period: Text, run_id: Text, accounts: Text, closed_ms: Text }),
);
const NoticeRow = Type.Object({
  notice_id: Text,
  budget_id: Text,
  period: Text,
  percent: Text,
  of: Text,
  currency: Text,
  limit_amount: Text,
  amount: Text,
  run_id: Text,
  noticed_ms: Text,
});
const selectNotices = defineQuery("api/notify/new_budget_notices", Since, NoticeRow);
const BalanceRow = Type.Object({
  notice_id: Text,
  payer_account_id: Text,
  currency: Text,
  state: Type.Union([Type.Literal("low"), Type.Literal("empty")]),
  balance: Text,
  low_amount: Text,
  noticed_ms: Text,
});
const selectBalances = defineQuery("api/notify/new_balance_notices", Since, BalanceRow);
const selectExports = defineQuery(
  "api/notify/new_exports",
  Since,
  Type.Object({ export_id: Text, kind: Text, format: Text, rows: Text, sha256: Text, completed_ms: Text }),
);
const selectFindings = defineQuery(
  "api/notify/new_blocking_findings",
  Since,
  Type.Object({ check: Text, severity: Text, day: Text, findings: Text, last_ms: Text }),
);

/**
 * What has become so since an instant, as the store says it: statements, closings, budgets, prepaid balances, exports and findings. Whoever made it so need
 * not tell: a process that dies right after loses no message.
 */
export async function readStoredFacts({ store }: { store: Store }, since_ms: number): Promise<Fact[]> {
  const since = { since_ms: String(since_ms) };
  const statements = await selectStatements(store.read, since);
  const numbers = new Map(statements.map(({ statement_id, number }) => [statement_id, number]));
  return [
    ...statements.map((row) => toStatementFact(row, numbers)),
    ...(await selectClosings(store.read, since)).map(({ closed_ms, ...data }) => ({
      type: "period.closed" as const,
      subject: `${data.payer_account_id} ${data.period}`,
      at_ms: Number(closed_ms),
      payer_account_id: "",
      data: { ...data, link: `/v1/periods?period=${data.period}` },
    })),
    ...(await selectNotices(store.read, since)).map(toNoticeFact),
    ...(await selectBalances(store.read, since)).map(toBalanceFact),
    ...(await selectExports(store.read, since)).map(({ completed_ms, ...data }) => ({
      type: "export.completed" as const,
      subject: data.export_id,
      at_ms: Number(completed_ms),
      payer_account_id: "",
      data: { ...data, link: `/v1/exports/${data.export_id}` },
    })),
    ...(await selectFindings(store.read, since)).map(({ last_ms, ...data }) => ({
      type: "findings.blocking" as const,
      subject: `${data.check} ${data.severity} ${last_ms}`,
      at_ms: Number(last_ms),
      payer_account_id: "",
      data: { ...data, link: "/v1/findings?state=open" },
    })),
  ];
}

/** A credit note says that a statement is void, anything else that it is final. */
function toStatementFact(row: Static<typeof StatementRow>, numbers: ReadonlyMap<string, string>): Fact {
  const { statement_id, number, kind, payer_account_id, period, currency, reverses, published_ms } = row;
  const total = formatFixed(dec(row.total), minorUnit(currency));
  const said = {
    statement_id,
    number,
    payer_account_id,
    period,
    currency,
    total,
    link: `/v1/statements/${statement_id}`,
  };
  const voided = kind === "credit_note";
  return {
    type: voided ? "statement.voided" : "statement.finalized",
    subject: voided ? reverses : statement_id,
    at_ms: Number(published_ms),
    payer_account_id,
    data: voided ? { ...said, voids_statement_id: reverses, voids: numbers.get(reverses) ?? reverses } : said,
  };
}

function toNoticeFact({ noticed_ms, limit_amount, ...row }: Static<typeof NoticeRow>): Fact {
  return {
    type: "budget.reached",
    subject: row.notice_id,
    at_ms: Number(noticed_ms),
    payer_account_id: "",
    data: { ...row, threshold: limit_amount, link: `/v1/budgets/${encodeURIComponent(row.budget_id)}/notices` },
  };
}

function toBalanceFact({ noticed_ms, state, ...row }: Static<typeof BalanceRow>): Fact {
  const { payer_account_id, currency } = row;
  const shown = (amount: string): string => formatFixed(dec(amount), minorUnit(currency));
  const amounts = { balance: shown(row.balance), low_amount: shown(row.low_amount) };
  const link = `/v1/balances?account_id=${encodeURIComponent(payer_account_id)}`;
  return {
    type: state === "low" ? "balance.low" : "balance.empty",
    subject: row.notice_id,
    at_ms: Number(noticed_ms),
    payer_account_id,
    data: { ...row, ...amounts, link },
  };
}
