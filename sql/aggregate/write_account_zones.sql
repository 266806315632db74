-- Fixes in which zone the run cuts each account's windows, where that differs from the run before.
-- Params  run_seq UInt64
-- Params  default_zone String   of accounts that name none
-- Rows    none
-- Why     an account may be changed while a run goes on, and two statements of one run must not disagree
INSERT INTO account_zone
SELECT {run_seq:UInt64}, account.account_id, if(account.time_zone = '', {default_zone:String}, account.time_zone) AS zone
FROM current_account AS account
LEFT JOIN zone_of_account(run_seq = {run_seq:UInt64}) AS former ON former.account_id = account.account_id
WHERE former.time_zone != zone
