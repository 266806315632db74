-- The latest published run that wrote windows of each day, per zone.
-- Params  none
-- Rows    time_zone String, first_ms, last_ms Int64 (first and last window start of the UTC day, Unix ms UTC), run_seq UInt64
-- Why     months are rated again when a run since their last rating touched them, however old they are
SELECT time_zone, toUnixTimestamp64Milli(min(window_start)) AS first_ms, toUnixTimestamp64Milli(max(window_start)) AS last_ms, max(published_window.run_seq) AS run_seq
FROM published_window
GROUP BY time_zone, toDate(window_start)
ORDER BY time_zone, first_ms
