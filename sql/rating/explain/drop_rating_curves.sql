-- Drops the curves that one rating run kept.
-- Params  period String, run_seq UInt64
-- Rows    none
-- Why     they explain its records, and go with them
ALTER TABLE rating_curve DROP PARTITION ({period:String}, {run_seq:UInt64})
