-- Fixes from when on accounts are in the zone they should be in.
-- Params  run_seq UInt64
-- Params  default_zone String, default_since_ms Int64   of accounts that name none, and since when (Unix ms UTC)
-- Params  moves Array(String), from_ms Array(Int64)     the moves of account_moves, and from when on each counts
-- Rows    none
-- Why     what is published stays: a move takes effect at a month start, and the account's windows before it are the former zone's
INSERT INTO account_zone (run_seq, account_id, time_zone, from_at)
SELECT {run_seq:UInt64}, account_id, wanted,
  fromUnixTimestamp64Milli(transform(move, {moves:Array(String)}, {from_ms:Array(Int64)}, toInt64(0)), 'UTC')
FROM moving_account(run_seq = {run_seq:UInt64}, default_zone = {default_zone:String}, default_since_ms = {default_since_ms:Int64})
WHERE has({moves:Array(String)}, move)
