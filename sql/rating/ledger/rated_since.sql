-- The last rating run that counts, over all months.
-- Params  none
-- Rows    run_seq UInt64
-- Why     a notice says which rating it was first seen after
SELECT max(run_seq) AS run_seq FROM published_run WHERE kind = 'rate'
