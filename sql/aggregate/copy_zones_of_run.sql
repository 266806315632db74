-- Gives the repetition of a run the zones it fixed.
-- Params  run_seq, original_seq UInt64   the repetition, and the run
-- Rows    none
-- Why     a run is made again from what it stored, not from how things stand now
INSERT INTO account_zone (run_seq, account_id, time_zone, from_at)
SELECT {run_seq:UInt64}, account_id, time_zone, from_at FROM account_zone WHERE run_seq = {original_seq:UInt64}
