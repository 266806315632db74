-- Moves to another zone that no run has fixed yet, each once for all accounts that make it.
-- Params  run_seq UInt64
-- Params  default_zone String, default_since_ms Int64   of accounts that name none, and since when (Unix ms UTC)
-- Rows    move, timeline, wanted String, since_ms Int64
-- Why     when a move takes effect is worked out once for each of these, not per account
SELECT DISTINCT move, timeline, wanted, since_ms
FROM moving_account(run_seq = {run_seq:UInt64}, default_zone = {default_zone:String}, default_since_ms = {default_since_ms:Int64})
ORDER BY move
