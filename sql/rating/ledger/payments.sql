-- Payments or refunds, in the order they were written.
-- Params  sign Int8                                     1 = payments, -1 = refunds
-- Params  payment_id, payer_account_id String           '' = any
-- Params  after_ms Int64, after_id String               the one before; -1, '' = from the first
-- Params  within Array(String)   the payers that may be seen, none = all
-- Params  limit UInt32
-- Rows    payment_id, payer_account_id, currency, amount, paid_ms, statement_id, method, note, changed_ms, changed_by
-- Why     one table for money in and out: the sign tells
SELECT payment_id, payer_account_id, currency, amount, toUnixTimestamp64Milli(paid_at) AS paid_ms, statement_id, method, note,
  toUnixTimestamp64Milli(changed_at) AS changed_ms, changed_by
FROM counted_payment
WHERE amount * {sign:Int8} > 0
  AND ({payment_id:String} = '' OR payment_id = {payment_id:String})
  AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
  AND (empty({within:Array(String)}) OR payer_account_id IN {within:Array(String)})
  AND (toUnixTimestamp64Milli(changed_at), payment_id) > ({after_ms:Int64}, {after_id:String})
ORDER BY changed_ms, payment_id
LIMIT {limit:UInt32}
