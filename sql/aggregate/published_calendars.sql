-- From when to when each calendar is published, as far as it counts for the run that asks.
-- Params  none
-- Rows    calendar String, from_ms, to_ms Int64 (Unix ms UTC)
-- Why     windows tile: a run goes on where they end, and late facts may ask for some before they begin; needs scratch_run
SELECT toString(time_zone) AS calendar, toUnixTimestamp64Milli(min(window_start)) AS from_ms, toUnixTimestamp64Milli(max(window_end)) AS to_ms
FROM run_window
WHERE run_seq IN (SELECT run_seq FROM scratch_run)
GROUP BY calendar
ORDER BY calendar
