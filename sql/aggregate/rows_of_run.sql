-- How many rows a run has written to usage_record.
-- Params  run_seq UInt64
-- Rows    rows UInt64
-- Why     an operator sees what a correction changed
SELECT count() AS rows FROM usage_record WHERE run_seq = {run_seq:UInt64}
