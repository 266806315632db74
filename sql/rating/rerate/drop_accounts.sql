-- Drops what statements came to before and after one rating run.
-- Params  period String, run_seq UInt64
-- Rows    none
-- Why     it goes after the records, since it is what names the run
ALTER TABLE rerated_account DROP PARTITION ({period:String}, {run_seq:UInt64})
