-- What is open of documents: of payers whose money is not where it belongs.
-- Params  payer_account_id String   '' = all
-- Rows    payer_account_id, currency, period, statement_id String, open, pool Decimal(76, 9), settled UInt64 (how often money was put to the document)
-- Why     money on account waits while something is open, and a document that owes its payer money gives it to his account; all others have
--         nothing to settle, and are not read. Oldest first: by month, then by when it was booked
WITH sums AS (
  SELECT payer_account_id, currency, if(ledger_account = 'receivable', statement_id, '') AS document,
    sum(if(ledger_account = 'receivable', toDecimal256(ledger.amount, 9), toDecimal256(0, 9))) AS open,
    -sum(if(ledger_account = 'prepayment' AND NOT startsWith(reference, 'credit:'), toDecimal256(ledger.amount, 9), toDecimal256(0, 9))) AS on_account,
    min(if(period = '', '9999-99', period)) AS month, min(booked_at) AS first_booked, countIf(kind IN ('allocation', 'release') AND ledger_account = 'receivable') AS settled
  FROM ledger
  WHERE ledger_account IN ('receivable', 'prepayment')
    AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
  GROUP BY payer_account_id, currency, document
)
SELECT payer_account_id, currency, month AS period, document AS statement_id, open, pool, settled
FROM (
  SELECT *, sum(on_account) OVER (PARTITION BY payer_account_id, currency) AS pool,
    max(open) OVER (PARTITION BY payer_account_id, currency) AS most, min(open) OVER (PARTITION BY payer_account_id, currency) AS least
  FROM sums
)
WHERE document != '' AND open != 0 AND (least < 0 OR (pool > 0 AND most > 0))
ORDER BY payer_account_id, currency, month, first_booked, document
