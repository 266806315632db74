-- Moves of some accounts to another zone that no run has fixed yet.
-- Params  account_ids Array(String)
-- Params  default_zone String, default_since_ms Int64   of accounts that name none, and since when (Unix ms UTC)
-- Rows    account_id, timeline String, since_ms Int64
-- Why     who changes an account's zone is told from when on it counts
SELECT account_id, timeline, since_ms
FROM moving_account(run_seq = 0, default_zone = {default_zone:String}, default_since_ms = {default_since_ms:Int64})
WHERE account_id IN {account_ids:Array(String)}
ORDER BY account_id
