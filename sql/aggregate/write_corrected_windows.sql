-- Notes the windows of a span that a correction changed.
-- Params  run_seq UInt64, zone String, from_ms, to_ms Int64 (of the span, Unix ms UTC)
-- Rows    none
-- Why     a run tells which windows it touched
INSERT INTO run_window
SELECT DISTINCT {run_seq:UInt64}, {zone:String}, window_start, window_end, toUInt8(0)
FROM usage_record
WHERE run_seq = {run_seq:UInt64}
  AND window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, at_ms = {from_ms:Int64}))
