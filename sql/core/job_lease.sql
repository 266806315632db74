-- The lease of a job as it stands; no row for a job nobody ever took.
-- Params  job String
-- Rows    fence UInt64, beat UInt32, tick_ms, holder, expires_ms, ended UInt8
-- Why     the highest fence counts, whatever a former holder still writes; a claim counts once its turn is done
SELECT fence, beat, toUnixTimestamp64Milli(tick_at) AS tick_ms, holder,
  toUnixTimestamp64Milli(expires_at) AS expires_ms, ended
FROM job_lease
WHERE job = {job:String}
  AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY fence DESC, beat DESC
LIMIT 1
