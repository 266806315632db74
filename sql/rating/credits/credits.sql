-- Credits as they stand, with what is left of each, in the order they were granted.
-- Params  credit_id, payer_account_id String            '' = any
-- Params  after_ms Int64, after_id String               the one before; -1, '' = from the first
-- Params  within Array(String)   the payers that may be seen, none = all
-- Params  limit UInt32
-- Rows    credit_id, version, payer_account_id, currency, kind, amount, priority, from_ms, expires_ms, state, note, reason, granted_ms, granted_by,
--         changed_ms, remaining Decimal(76, 9)
-- Why     what is left is what the ledger says of it
SELECT credit_id, version, payer_account_id, currency, kind, amount, priority, toUnixTimestamp64Milli(valid_from) AS from_ms,
  toUnixTimestamp64Milli(expires_at) AS expires_ms, state, note, reason, granted.granted_ms AS granted_ms, granted.granted_by AS granted_by,
  toUnixTimestamp64Milli(changed_at) AS changed_ms, -toDecimal256(booked.total, 9) AS remaining
FROM current_credit
INNER JOIN (
  SELECT credit_id AS granted_id, toUnixTimestamp64Milli(changed_at) AS granted_ms, changed_by AS granted_by FROM granted_credit
) AS granted ON granted_id = credit_id
LEFT ANY JOIN (
  SELECT reference, sum(toDecimal256(ledger.amount, 9)) AS total FROM ledger
  WHERE ledger_account IN ('credit_liability', 'prepayment') AND startsWith(reference, 'credit:')
    AND ({credit_id:String} = '' OR reference = concat('credit:', {credit_id:String}))
    AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
  GROUP BY reference
) AS booked ON reference = concat('credit:', credit_id)
WHERE ({credit_id:String} = '' OR credit_id = {credit_id:String})
  AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
  AND (empty({within:Array(String)}) OR payer_account_id IN {within:Array(String)})
  AND (granted_ms, credit_id) > ({after_ms:Int64}, {after_id:String})
ORDER BY granted_ms, credit_id
LIMIT {limit:UInt32}
