-- Entries of the ledger in the order they were booked.
-- Params  payer_account_id, currency, ledger_account, kind, period, statement_id String   '' = any
-- Params  from_ms, to_ms Int64                          bounds on when they were booked, Unix ms UTC, half-open
-- Params  after_ms Int64, after_posting String, after_entry UInt16   the entry before; -1, '', 0 = from the first
-- Params  within Array(String)   the payers that may be seen, none = all
-- Params  limit UInt32
-- Rows    posting_id, entry, kind, ledger_account, payer_account_id, currency, period, statement_id, reference, booked_ms, amount, run_id
-- Why     what is booked later comes later, so a reader can go on where he stopped
SELECT posting_id, entry, kind, ledger_account, payer_account_id, currency, period, statement_id, reference,
  toUnixTimestamp64Milli(booked_at) AS booked_ms, amount, known.run_id AS run_id
FROM ledger
LEFT ANY JOIN (SELECT run_seq AS known_seq, any(run_id) AS run_id FROM run GROUP BY run_seq) AS known ON known_seq = run_seq
WHERE ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
  AND (empty({within:Array(String)}) OR payer_account_id IN {within:Array(String)})
  AND ({currency:String} = '' OR currency = {currency:String})
  AND ({ledger_account:String} = '' OR ledger_account = {ledger_account:String})
  AND ({kind:String} = '' OR kind = {kind:String})
  AND ({period:String} = '' OR period = {period:String})
  AND ({statement_id:String} = '' OR statement_id = {statement_id:String})
  AND booked_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND booked_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND (toUnixTimestamp64Milli(booked_at), posting_id, toInt64(entry)) > ({after_ms:Int64}, {after_posting:String}, toInt64({after_entry:UInt16}))
ORDER BY booked_ms, posting_id, entry
LIMIT {limit:UInt32}
