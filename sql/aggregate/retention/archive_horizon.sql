-- Before when events are archived; no row = nowhere.
-- Params  none
-- Rows    at_ms Int64 (Unix ms UTC), run_seq UInt64 (whose state stands there), extremes UInt64 (cut readings of which windows keep one)
-- Why     no run may look behind it: the events there are gone
SELECT toUnixTimestamp64Milli(horizon_at) AS at_ms, run_seq,
  (SELECT count() FROM horizon_interval WHERE measure IN (6, 7, 8) AND (at, horizon_interval.run_seq) IN (SELECT horizon_at, archive_horizon.run_seq FROM archive_horizon)) AS extremes
FROM archive_horizon
