-- Tries of scheduled runs that failed, latest first.
-- Params  job String
-- Params  limit UInt32
-- Rows    tick_ms, failed_ms Int64   Unix ms UTC; tick_ms 0 = it failed before it came to a tick
-- Rows    holder, error String
-- Why     they are in the store, so every process shows them, and a restart forgets none
SELECT toUnixTimestamp64Milli(tick_at) AS tick_ms, toUnixTimestamp64Milli(failed_at) AS failed_ms, holder, error
FROM job_failure
WHERE job = {job:String}
ORDER BY failed_at DESC
LIMIT {limit:UInt32}
