-- Marks every resource with usage or events in a range of time, so that the run computes it again.
-- Params  run_seq UInt64, from_ms, to_ms Int64 (half-open, Unix ms UTC)
-- Rows    none
-- Why     an operator who asks for a range gets it computed from its events, and deltas where it differs
INSERT INTO run_touched
SELECT {run_seq:UInt64}, k, fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
FROM (
  SELECT DISTINCT k FROM event
  WHERE occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  UNION DISTINCT
  SELECT DISTINCT k FROM usage_record
  WHERE window_end > fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
)
