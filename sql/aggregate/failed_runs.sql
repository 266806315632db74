-- Runs of aggregation that failed and whose rows were not cleared away yet.
-- Params  none
-- Rows    run_id String, run_seq UInt64
-- Why     a crashed run's rows are invisible, yet they cost space
SELECT run_id, run_seq FROM current_run
WHERE kind = 'aggregate' AND state = 'failed' AND JSONExtractString(counts, 'cleared') = ''
ORDER BY run_seq
