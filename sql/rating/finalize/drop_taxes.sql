-- Drops what a finalizing run that was never published left in statement_tax.
-- Params  run_seq UInt64
-- Rows    none
-- Why     it never counted; gone when the statement ends, so that the next run finds none of it
ALTER TABLE statement_tax DELETE WHERE run_seq = {run_seq:UInt64} SETTINGS mutations_sync = 1
