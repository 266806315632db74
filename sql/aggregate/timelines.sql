-- The different timelines of zones that accounts have.
-- Params  run_seq UInt64
-- Params  default_zone String   of accounts that name none
-- Rows    timeline String, accounts UInt64, moved UInt64 (accounts that should be in another zone than its last one)
-- Why     windows are worked out once for each, not per account. Since when accounts should be elsewhere is only asked where there are any
SELECT fixed.timeline AS timeline, count() AS accounts,
  countIf(account.account_id != '' AND fixed.time_zone != if(account.time_zone = '', {default_zone:String}, account.time_zone)) AS moved
FROM zone_of_account(run_seq = {run_seq:UInt64}) AS fixed
LEFT ANY JOIN (SELECT account_id, time_zone FROM current_account) AS account ON account.account_id = fixed.account_id
GROUP BY timeline
ORDER BY timeline
