-- Runs that failed or were dry, and whose rows were not cleared away yet, or not all of them (cleared 0).
-- Params  none
-- Rows    run_id String, run_seq UInt64
-- Why     their rows are invisible, yet they cost space; those of a dry run may be read until the next run begins
SELECT run_id, run_seq FROM current_run
WHERE run_seq NOT IN (SELECT run_seq FROM archive)
  AND ((kind IN ('aggregate', 'archive') AND state IN ('failed', 'discarded')) OR (kind IN ('close', 'check') AND state = 'failed'))
  AND JSONExtractString(counts, 'cleared') != '1'
ORDER BY run_seq
