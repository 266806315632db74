-- Runs of aggregation, and of rating of a period, that failed and were not followed by one that did not.
-- Params  period String
-- Rows    run_id, kind, error String
-- Why     what failed and was not done again is missing
SELECT run_id, toString(kind) AS kind, error
FROM current_run
WHERE kind = 'aggregate' OR (kind = 'rate' AND period = {period:String})
QUALIFY state = 'failed' AND run_seq > maxIf(run_seq, state IN ('published', 'unchanged')) OVER (PARTITION BY kind)
ORDER BY run_seq
