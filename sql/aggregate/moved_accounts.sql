-- How many accounts should be in another zone than the last one fixed.
-- Params  run_seq UInt64
-- Params  default_zone String   of accounts that name none
-- Rows    moved UInt64
-- Why     since when, and in which zone until then, is only asked where there are any; almost every run has none
SELECT count() AS moved
FROM current_account AS account
INNER JOIN zone_of_account(run_seq = {run_seq:UInt64}) AS fixed ON fixed.account_id = account.account_id
WHERE fixed.time_zone != if(account.time_zone = '', {default_zone:String}, account.time_zone)
