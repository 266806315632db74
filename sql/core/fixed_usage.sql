-- What of usage is fixed; one row.
-- Params  none
-- Rows    published UInt8 (whether any window is), closed_ms Int64 (end of the latest closed period of any payer), archived_ms Int64 (before when events are archived); Unix ms UTC, -1 = none
-- Why     a usage type that is added counts from an instant after all that can no longer be changed
SELECT
  (SELECT count() > 0 FROM (SELECT 1 FROM published_window LIMIT 1)) AS published,
  (SELECT if(count() = 0, toInt64(-1), toUnixTimestamp64Milli(max(to_at))) FROM closed_period) AS closed_ms,
  (SELECT if(count() = 0, toInt64(-1), toUnixTimestamp64Milli(max(horizon_at))) FROM archive_horizon) AS archived_ms
