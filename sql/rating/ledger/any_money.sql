-- Whether any money was ever on account, or any document owed its payer some.
-- Params  none
-- Rows    there UInt8
-- Why     mostly there was none, and then what is open need not be summed; entries of turns that did not end only make that sum be asked for
SELECT count() > 0 AS there
FROM (
  SELECT 1 FROM ledger_entry WHERE ledger_account = 'prepayment' OR (ledger_account = 'receivable' AND amount < 0)
  LIMIT 1
)
