-- Fills scratch_touched with the resources a run must look at again.
-- Params  run_seq UInt64
-- Rows    none
-- Why     they are looked up once for all statements
INSERT INTO scratch_touched
SELECT DISTINCT k FROM run_touched WHERE run_seq = {run_seq:UInt64}
