-- How many rows a run has written to usage_record.
-- Params  run_seq UInt64
-- Rows    rows UInt64
-- Why     an operator sees what a correction changed; the run's own windows bound what is read, whatever the table holds
SELECT count() AS rows FROM usage_record
WHERE run_seq = {run_seq:UInt64}
  AND window_start >= (SELECT min(window_start) FROM run_window WHERE run_seq = {run_seq:UInt64})
  AND window_start <= (SELECT max(window_start) FROM run_window WHERE run_seq = {run_seq:UInt64})
