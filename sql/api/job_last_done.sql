-- The latest tick a job has done, and when it was done; no row for a job never done.
-- Params  job String
-- Rows    tick_ms, done_ms Int64   Unix ms UTC
-- Why     ticks are written in ascending order, so the highest is the last and catching up goes on after it
SELECT toUnixTimestamp64Milli(max(tick_at)) AS tick_ms, toUnixTimestamp64Milli(max(done_at)) AS done_ms
FROM job_run
WHERE job = {job:String}
HAVING count() > 0
