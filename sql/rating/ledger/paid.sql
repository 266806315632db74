-- What was paid of documents, and what is open of them.
-- Params  ids, payers Array(String)   the documents, and whose they are
-- Rows    id String, paid, open Decimal(76, 9)
-- Why     what is open is what the ledger says is owed; credits are no payments. A payer's rows lie together
SELECT statement_id AS id, -sumIf(wide, kind IN ('allocation', 'release', 'refund')) AS paid, sum(wide) AS open
FROM (
  SELECT statement_id, kind, toDecimal256(ledger.amount, 9) AS wide FROM ledger
  WHERE ledger_account = 'receivable' AND payer_account_id IN {payers:Array(String)} AND statement_id IN {ids:Array(String)}
)
GROUP BY id
