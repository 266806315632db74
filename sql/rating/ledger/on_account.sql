-- What a payer has on account, and what was paid of one document.
-- Params  payer_account_id, currency, statement_id String   '' = of no document
-- Rows    pool, paid Decimal(76, 9)
-- Why     no more is given back than there is
SELECT
  -sumIf(toDecimal256(ledger.amount, 9), ledger_account = 'prepayment' AND NOT startsWith(reference, 'credit:')) AS pool,
  -sumIf(toDecimal256(ledger.amount, 9), {statement_id:String} != '' AND ledger_account = 'receivable' AND statement_id = {statement_id:String}
    AND kind IN ('allocation', 'release', 'refund')) AS paid
FROM ledger
WHERE payer_account_id = {payer_account_id:String} AND currency = {currency:String}
