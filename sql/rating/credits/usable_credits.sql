-- Credits that documents of a run may draw on, in the order they are drawn.
-- Params  run_seq UInt64
-- Params  from_ms, to_ms Int64   the month wherever it is, Unix ms UTC: credits of other times cover nothing of it
-- Rows    credit_id, payer_account_id, currency String, from_ms, expires_ms Int64, remaining Decimal(76, 9)
-- Why     priority, then the earlier expiry, then the earlier grant. What credit notes of the same run give back is there to be drawn again
SELECT credit_id, payer_account_id, toString(current_credit.currency) AS currency, toUnixTimestamp64Milli(valid_from) AS from_ms,
  toUnixTimestamp64Milli(expires_at) AS expires_ms, toDecimal256(booked.remaining, 9) - toDecimal256(drawn.amount, 9) AS remaining
FROM current_credit
INNER JOIN (SELECT credit_id AS granted_id, changed_at AS granted_at FROM granted_credit) AS granted ON granted_id = credit_id
INNER JOIN (
  SELECT substring(reference, length('credit:') + 1) AS booked_id, -sum(toDecimal256(ledger.amount, 9)) AS remaining FROM ledger
  WHERE ledger_account IN ('credit_liability', 'prepayment') AND startsWith(reference, 'credit:')
  GROUP BY booked_id
) AS booked ON booked_id = credit_id
LEFT ANY JOIN (
  SELECT credit_id AS drawn_id, sum(toDecimal256(credit_draw.amount, 9)) AS amount FROM credit_draw WHERE run_seq = {run_seq:UInt64} GROUP BY drawn_id
) AS drawn ON drawn_id = credit_id
WHERE state = 'active' AND toUnixTimestamp64Milli(valid_from) < {to_ms:Int64} AND toUnixTimestamp64Milli(expires_at) > {from_ms:Int64}
  AND (payer_account_id, toString(current_credit.currency)) IN (
    SELECT payer_account_id, toString(statement_document.currency) FROM statement_document WHERE run_seq = {run_seq:UInt64} AND kind = 'statement'
  )
  AND remaining > 0
ORDER BY payer_account_id, currency, priority, expires_at, granted_at, credit_id
