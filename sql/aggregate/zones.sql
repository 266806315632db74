-- The zones in which windows are cut, and how far each is published.
-- Params  run_seq UInt64   the run that asks; 0 = a reader
-- Rows    zone String, published_from_ms, published_to_ms Int64 (Unix ms UTC, -1 = nothing yet)
-- Why     each zone has windows of its own; a zone without published windows begins with its first event
SELECT zones.zone AS zone,
  if(published.windows = 0, toInt64(-1), toUnixTimestamp64Milli(published.from_at)) AS published_from_ms,
  if(published.windows = 0, toInt64(-1), toUnixTimestamp64Milli(published.to_at)) AS published_to_ms
FROM (SELECT DISTINCT toString(time_zone) AS zone FROM zone_of_account(run_seq = {run_seq:UInt64})) AS zones
LEFT JOIN (
  SELECT time_zone, min(window_start) AS from_at, max(window_end) AS to_at, count() AS windows FROM published_window GROUP BY time_zone
) AS published ON published.time_zone = zones.zone
ORDER BY zone
