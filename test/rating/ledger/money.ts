import type { InstantMs } from "../../../core/instant.ts";
import type { System } from "../../../api/system.ts";

const any = { payer_account_id: "", currency: "", ledger_account: "", kind: "", period: "", statement_id: "" };

/** Money of a system in few words. */
export function moneyOf(system: () => Pick<System, "store" | "ledger" | "payments" | "credits">) {
  const rows = async <T>(query: string): Promise<T[]> =>
    (await system().store.read.query({ query, format: "JSONEachRow" })).json<T>();
  return {
    rows,
    /** What a payer has and owes, as `unbilled receivable credits prepaid`. */
    balance: async (payer_account_id = "acme", at: number | null = null): Promise<string> => {
      const found = await system().ledger.balances({
        payer_account_id,
        at: at as InstantMs | null,
        after: null,
        limit: 100,
      });
      return found
        .map(({ unbilled, receivable, credits, prepaid }) => `${unbilled} ${receivable} ${credits} ${prepaid}`)
        .join(", ");
    },
    entries: () => system().ledger.entries({ filter: { ...any, from: null, to: null }, after: null, limit: 100_000 }),
    pay: (
      id: string,
      amount: string,
      of: { payer?: string; currency?: string; statement_id?: string; sign?: -1 } = {},
    ) =>
      system().payments.book(
        {
          id,
          sign: of.sign ?? 1,
          payer_account_id: of.payer ?? "acme",
          currency: of.currency ?? "EUR",
          amount,
          statement_id: of.statement_id,
        },
        "test",
      ),
    grant: (
      credit_id: string,
      amount: string,
      of: {
        payer?: string;
        currency?: string;
        from?: number;
        expires?: number;
        kind?: "promotion" | "prepayment";
        priority?: number;
      } = {},
    ) =>
      system().credits.grant(
        {
          credit_id,
          payer_account_id: of.payer ?? "acme",
          currency: of.currency ?? "EUR",
          kind: of.kind ?? "promotion",
          amount,
          ...(of.priority === undefined ? {} : { priority: of.priority }),
          from: (of.from ?? Date.UTC(2026, 8, 1)) as InstantMs,
          expires: (of.expires ?? null) as InstantMs | null,
        },
        "test",
      ),
    /** Final statements that are there, by payer and currency. */
    statements: () =>
      rows<{ statement_id: string; payer: string; currency: string; total: string }>(
        `SELECT statement_id, payer_account_id AS payer, currency, toString(total) AS total FROM statement_document
         WHERE kind = 'statement' AND run_seq IN (SELECT run_seq FROM published_run) ORDER BY payer, currency, period`,
      ),
  };
}

export type Money = ReturnType<typeof moneyOf>;
