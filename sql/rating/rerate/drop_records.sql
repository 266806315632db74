-- Drops the reversals and new rows of one rating run.
-- Params  period String, run_seq UInt64
-- Rows    none
-- Why     a run's rows are a partition of their own, so that dropping them costs nothing
ALTER TABLE rerated_record DROP PARTITION ({period:String}, {run_seq:UInt64})
