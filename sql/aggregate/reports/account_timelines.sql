-- The zones of some accounts over time, as runs have fixed them.
-- Params  account_ids Array(String)
-- Rows    account_id, timeline String
-- Why     a window is shown with the zone it was cut in; an account no run has seen is not there
SELECT account_id, timeline
FROM zone_of_account(run_seq = 0)
WHERE account_id IN {account_ids:Array(String)}
ORDER BY account_id
