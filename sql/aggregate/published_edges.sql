-- The published windows of a calendar that end after an instant, in order.
-- Params  calendar String, after_ms Int64 (Unix ms UTC)
-- Rows    start_ms, end_ms Int64
-- Why     a published window keeps its instants, whatever a later tz database or range says (P12)
SELECT DISTINCT toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms
FROM published_window
WHERE run_seq IN (SELECT run_seq FROM scratch_run) AND calendar = {calendar:String} AND window_end > fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')
ORDER BY start_ms
