-- Gives the repetition of a run which resources it looked at again.
-- Params  run_seq, original_seq UInt64   the repetition, and the run
-- Rows    none
-- Why     a run is made again from what it stored, not from how things stand now
INSERT INTO run_touched (run_seq, k, from_at)
SELECT {run_seq:UInt64}, k, from_at FROM run_touched WHERE run_seq = {original_seq:UInt64}
