-- The latest time the sanity checks were done.
-- Params  none
-- Rows    checked_ms Int64 (Unix ms UTC), bound String (JSON), last_run_seq, found UInt64, failed Array(String)
-- Why     the next goes on from there
SELECT toUnixTimestamp64Milli(checked_at) AS checked_ms, bound, last_run_seq, found, failed
FROM sanity_check
ORDER BY run_seq DESC
LIMIT 1
