-- Notes the windows a correction changed.
-- Params  run_seq UInt64, zone String
-- Rows    none
-- Why     a run tells which windows it touched
INSERT INTO run_window
SELECT DISTINCT {run_seq:UInt64}, {zone:String}, window_start, window_end, toUInt8(0)
FROM usage_record
WHERE run_seq = {run_seq:UInt64}
  AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, run_seq = {run_seq:UInt64}))
