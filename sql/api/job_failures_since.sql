-- How often a job has failed since it was last done.
-- Params  job String
-- Params  tick_ms, done_ms Int64   the latest tick done, and when it was done; Unix ms UTC, 0 = never
-- Rows    failures UInt32
-- Why     failures in a row, whichever process they happened in; one that came to no tick tells by its time alone
SELECT toUInt32(count()) AS failures
FROM job_failure
WHERE job = {job:String}
  AND if(toUnixTimestamp64Milli(tick_at) = 0,
    failed_at >= fromUnixTimestamp64Milli({done_ms:Int64}, 'UTC'),
    tick_at > fromUnixTimestamp64Milli({tick_ms:Int64}, 'UTC'))
