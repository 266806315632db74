-- The length of each zone's windows over time.
-- Params  run_seq UInt64   the run that asks
-- Rows    time_zone String, from_ms Int64 (Unix ms UTC, 0 = since the beginning), range_minutes UInt16
-- Why     a change of the setting counts from a month start of the zone on; of entries that begin together the latest run's counts
SELECT toString(zone_range.time_zone) AS time_zone, toUnixTimestamp64Milli(zone_range.from_at) AS from_ms,
  argMax(zone_range.range_minutes, zone_range.run_seq) AS range_minutes
FROM zone_range
WHERE zone_range.run_seq = {run_seq:UInt64} OR zone_range.run_seq IN (SELECT run_seq FROM published_run)
GROUP BY time_zone, zone_range.from_at
ORDER BY time_zone, from_ms
