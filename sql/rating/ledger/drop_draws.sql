-- Drops the draws of a run that never counted.
-- Params  run_seq UInt64
-- Rows    none
-- Why     a failed run drew nothing
DELETE FROM credit_draw WHERE run_seq = {run_seq:UInt64}
