-- How many resources a run must look at again, and since when.
-- Params  run_seq UInt64
-- Rows    resources UInt64, from_ms Int64 (Unix ms UTC, meaningless when none)
-- Why     a late fact can change everything after it and nothing before
SELECT uniqExact(k) AS resources, toUnixTimestamp64Milli(min(from_at)) AS from_ms FROM run_touched WHERE run_seq = {run_seq:UInt64}
