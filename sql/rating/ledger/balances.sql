-- What payers have and owe in each currency, as it was booked up to an instant.
-- Params  payer_account_id String                       '' = all
-- Params  at_ms Int64                                   Unix ms UTC; what was booked then is in it
-- Params  after_payer, after_currency String            the row before; '' = from the first
-- Params  within Array(String)   the payers that may be seen, none = all
-- Params  limit UInt32
-- Rows    payer_account_id, currency String, unbilled, receivable, credits, prepaid, balance Decimal(76, 9)
-- Why     a balance is a sum over the ledger, so that one of the past is what it was: nothing is booked into the past
SELECT payer_account_id, currency,
  sumIf(wide, ledger_account = 'unbilled') AS unbilled,
  sumIf(wide, ledger_account = 'receivable') AS receivable,
  -sumIf(wide, ledger_account IN ('credit_liability', 'prepayment') AND startsWith(reference, 'credit:')) AS credits,
  -sumIf(wide, ledger_account = 'prepayment' AND NOT startsWith(reference, 'credit:')) AS prepaid,
  prepaid + credits - unbilled - receivable AS balance
FROM (
  SELECT payer_account_id, currency, ledger_account, reference, toDecimal256(ledger.amount, 9) AS wide
  FROM ledger
  WHERE ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
    AND (empty({within:Array(String)}) OR payer_account_id IN {within:Array(String)})
    AND booked_at <= fromUnixTimestamp64Milli({at_ms:Int64}, 'UTC')
    AND (payer_account_id, currency) > ({after_payer:String}, {after_currency:String})
)
GROUP BY payer_account_id, currency
ORDER BY payer_account_id, currency
LIMIT {limit:UInt32}
