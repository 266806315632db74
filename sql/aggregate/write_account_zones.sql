-- Fixes the zone of accounts that no run has seen: it holds since the beginning.
-- Params  run_seq UInt64
-- Params  default_zone String   of accounts that name none
-- Rows    none
-- Why     an account may be changed while a run goes on, and two statements of one run must not disagree
INSERT INTO account_zone (run_seq, account_id, time_zone, from_at)
SELECT {run_seq:UInt64}, account.account_id, if(account.time_zone = '', {default_zone:String}, account.time_zone),
  fromUnixTimestamp64Milli(0, 'UTC')
FROM current_account AS account
WHERE account.account_id NOT IN (SELECT account_id FROM zone_of_account(run_seq = {run_seq:UInt64}))
