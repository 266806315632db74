-- Fills scratch_run with the runs that count for a run: all published ones, those whose state archives stand on, and itself.
-- Params  run_seq UInt64, before_seq UInt64 (published runs below it count)
-- Rows    none
-- Why     what was published is looked up once, and is the same for every statement of the run
INSERT INTO scratch_run
SELECT run_seq FROM published_run WHERE run_seq < {before_seq:UInt64}
UNION DISTINCT
SELECT run_seq FROM archive
UNION DISTINCT
SELECT {run_seq:UInt64}
