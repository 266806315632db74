-- Whether any money ever came in or was granted, or any document owed its payer some.
-- Params  none
-- Rows    there UInt8
-- Why     mostly there was none, and then what is open need not be summed; what does not count after all only makes that sum be asked for
SELECT count() > 0 AS there
FROM (
  SELECT 1 FROM payment LIMIT 1
  UNION ALL
  SELECT 1 FROM credit_grant LIMIT 1
  UNION ALL
  SELECT 1 FROM ledger_entry WHERE ledger_account = 'prepayment' OR (ledger_account = 'receivable' AND amount < 0) LIMIT 1
)
