-- How prepaid balances turned, oldest first.
-- Params  payer_account_id String                       '' = any
-- Params  after_ms Int64, after_payer, after_currency String, after_turn UInt32   the one before; -1, '', '', 0 = from the first
-- Params  within Array(String)   the payers that may be seen, none = all
-- Params  limit UInt32
-- Rows    notice_id, payer_account_id, currency, turn, state, balance, low_amount, noticed_ms
-- Why     each turn is a row, written once
SELECT notice_id, payer_account_id, currency, turn, state, balance, low_amount, toUnixTimestamp64Milli(noticed_at) AS noticed_ms
FROM balance_notice
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
  AND (empty({within:Array(String)}) OR payer_account_id IN {within:Array(String)})
  AND (toUnixTimestamp64Milli(noticed_at), payer_account_id, toString(currency), toInt64(turn)) > ({after_ms:Int64}, {after_payer:String}, {after_currency:String}, toInt64({after_turn:UInt32}))
ORDER BY noticed_ms, payer_account_id, currency, turn
LIMIT {limit:UInt32}
