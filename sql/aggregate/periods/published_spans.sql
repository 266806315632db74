-- From when to when usage is published, per zone.
-- Params  none
-- Rows    time_zone String, first_ms, last_ms Int64 (Unix ms UTC)
-- Why     periods are looked for there and nowhere else; a period is whole once its zones are published to its end
SELECT toString(time_zone) AS time_zone, toUnixTimestamp64Milli(min(window_start)) AS first_ms, toUnixTimestamp64Milli(max(window_end)) AS last_ms
FROM published_window
GROUP BY time_zone
ORDER BY time_zone
