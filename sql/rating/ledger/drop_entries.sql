-- Drops the entries of a run that never counted.
-- Params  run_seq UInt64
-- Rows    none
-- Why     append-only is what counts: these never did
DELETE FROM ledger_entry WHERE run_seq = {run_seq:UInt64}
