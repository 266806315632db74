-- How many windows of usage are published, and how often one was published again.
-- Params  none
-- Rows    windows, again UInt64
-- Why     for metrics: an hour without new windows is a schedule that stands still, many again are sources that are late
SELECT countIf(first = 1) AS windows, countIf(first = 0) AS again
FROM run_window
WHERE run_seq IN (SELECT run_seq FROM current_run WHERE kind = 'aggregate' AND state = 'published' AND dry_run = 0)
