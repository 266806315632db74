-- The latest tick a job has done; no row for a job never done.
-- Params  job String
-- Rows    tick_ms Int64   Unix ms UTC
-- Why     ticks are written in ascending order, so the highest is the last and catching up goes on after it
SELECT toUnixTimestamp64Milli(max(tick_at)) AS tick_ms
FROM job_run
WHERE job = {job:String}
HAVING count() > 0
