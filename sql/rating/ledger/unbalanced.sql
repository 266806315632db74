-- Postings of a run that do not sum to zero.
-- Params  run_seq UInt64
-- Rows    posting_id, currency String, amount Decimal(76, 9)
-- Why     asked before the run is published; there are none, or it is not
SELECT posting_id, toString(ledger_entry.currency) AS currency, sum(toDecimal256(ledger_entry.amount, 9)) AS amount
FROM ledger_entry
WHERE run_seq = {run_seq:UInt64}
GROUP BY posting_id, currency
HAVING amount != 0
ORDER BY posting_id, currency
LIMIT 10
