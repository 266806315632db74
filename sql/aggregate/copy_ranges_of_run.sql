-- Gives the repetition of a run the lengths of windows it fixed.
-- Params  run_seq, original_seq UInt64   the repetition, and the run
-- Rows    none
-- Why     a run is made again from what it stored, not from how things stand now
INSERT INTO zone_range (run_seq, time_zone, range_minutes, from_at)
SELECT {run_seq:UInt64}, time_zone, range_minutes, from_at FROM zone_range WHERE run_seq = {original_seq:UInt64}
