import { expect } from "vitest";
import type { Money } from "./money.ts";

const published = "(SELECT run_seq FROM published_run)";

/** What holds after each deed, of all that was ever done on the store. */
export async function expectAddsUp(money: Money): Promise<void> {
  const none = async (what: string, query: string): Promise<void> => expect(await money.rows(query), what).toEqual([]);
  await none(
    "a posting sums to zero in each currency",
    "SELECT posting_id, currency, sum(amount) AS off FROM ledger GROUP BY posting_id, currency HAVING off != 0",
  );
  await none(
    "an entry is booked once",
    "SELECT posting_id, entry, count() AS n FROM ledger GROUP BY posting_id, entry HAVING n != 1",
  );
  const drafts = `SELECT payer_account_id AS payer, toString(currency) AS code, toString(period) AS month, amount FROM statement_line
    WHERE (period, run_seq) IN (SELECT period, rating_seq FROM current_rating)`;
  const finals = `SELECT payer_account_id AS payer, toString(currency) AS code, toString(period) AS month, net AS amount FROM statement_document WHERE run_seq IN ${published}`;
  const booked = (where: string) =>
    `SELECT payer_account_id AS payer, currency AS code, period AS month, -amount AS amount FROM ledger WHERE ${where}`;
  const off = (one: string, other: string) =>
    `SELECT payer, code, month, sum(amount) AS off FROM (${one} UNION ALL ${other}) GROUP BY payer, code, month HAVING off != 0`;
  await none(
    "what is accrued is what the lines say",
    off(drafts, booked("ledger_account = 'unbilled' AND kind LIKE 'accrual%'")),
  );
  await none(
    "what is unbilled is what is on lines and on no document",
    off(
      `${drafts} UNION ALL SELECT payer, code, month, -amount FROM (${finals})`,
      booked("ledger_account = 'unbilled'"),
    ),
  );
  await none(
    "tax is owed as the documents say",
    `SELECT payer, sum(amount) AS off FROM (
       SELECT payer_account_id AS payer, tax AS amount FROM statement_document WHERE run_seq IN ${published}
       UNION ALL SELECT payer_account_id, amount FROM ledger WHERE ledger_account = 'tax_payable') GROUP BY payer HAVING off != 0`,
  );
  await none(
    "what is owed, less what is on account, is what documents say, less what credits and payments gave",
    `SELECT payer, code, sum(amount) AS off FROM (
       SELECT payer_account_id AS payer, toString(currency) AS code, total AS amount FROM statement_document WHERE run_seq IN ${published}
       UNION ALL SELECT payer_account_id, toString(currency), -amount FROM payment
       UNION ALL SELECT g.payer_account_id, toString(g.currency), -d.amount FROM credit_draw AS d INNER JOIN credit_grant AS g ON g.credit_id = d.credit_id AND g.version = 1 WHERE d.run_seq IN ${published}
       UNION ALL SELECT payer_account_id, currency, amount FROM ledger WHERE kind = 'credit-end' AND ledger_account = 'prepayment' AND startsWith(reference, 'ended:')
       UNION ALL SELECT payer_account_id, currency, -amount FROM ledger WHERE ledger_account = 'receivable' OR (ledger_account = 'prepayment' AND NOT startsWith(reference, 'credit:'))
     ) GROUP BY payer, code HAVING off != 0`,
  );
  await none(
    "no credit gives more than it has, nor a document takes more than it comes to",
    `SELECT 'credit' AS what, reference AS id FROM ledger WHERE startsWith(reference, 'credit:') AND ledger_account IN ('credit_liability', 'prepayment') GROUP BY reference HAVING sum(amount) > 0
     UNION ALL SELECT 'document', statement_id FROM credit_draw INNER JOIN (SELECT statement_id AS id, total FROM statement_document WHERE run_seq IN ${published} AND kind = 'statement') AS d ON id = statement_id
       WHERE run_seq IN ${published} GROUP BY statement_id, total HAVING sum(amount) > total`,
  );
  await none(
    "no document owes its payer, and none is open while money lies on account",
    `SELECT payer_account_id, currency, sumIf(amount, ledger_account = 'receivable') AS open, -sumIf(amount, ledger_account = 'prepayment' AND NOT startsWith(reference, 'credit:')) AS pool
     FROM ledger GROUP BY payer_account_id, currency HAVING pool < 0 OR open < 0 OR (pool > 0 AND open > 0)`,
  );
}
