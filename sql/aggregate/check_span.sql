-- What must hold before a span is published: all slices together are all intervals, and none is longer than its window.
-- Params  run_seq UInt64, from_ms, to_ms Int64, k_from, k_to UInt64, bound_partitions Array(UInt32), bound_offsets Array(Int64), registry_version String
-- Params  edges Array(Int64), zone String
-- Rows    interval_ms Int256, record_ms Int256, records UInt64, overlong UInt64
-- Why     a wrong sum stops the run, not the truth
SELECT
  (
    SELECT sum(toInt256(least(to_ms, {edges:Array(Int64)}[-1]) - greatest(from_ms, {edges:Array(Int64)}[1])))
    FROM scratch_interval
    WHERE from_ms < {edges:Array(Int64)}[-1] AND to_ms > {edges:Array(Int64)}[1]
      AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, run_seq = {run_seq:UInt64}))
  ) + (
    SELECT toInt256(count()) * ({edges:Array(Int64)}[-1] - {edges:Array(Int64)}[1])
    FROM untouched_state(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
      bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)},
      registry_version = {registry_version:String}, run_seq = {run_seq:UInt64})
    WHERE account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, run_seq = {run_seq:UInt64}))
  ) AS interval_ms,
  sum(toInt256(duration_ms)) AS record_ms,
  count() AS records,
  countIf(duration_ms > dateDiff('millisecond', window_start, window_end)) AS overlong
FROM usage_record
WHERE run_seq = {run_seq:UInt64}
  AND window_start >= fromUnixTimestamp64Milli({edges:Array(Int64)}[1], 'UTC')
  AND window_start < fromUnixTimestamp64Milli({edges:Array(Int64)}[-1], 'UTC')
  AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, run_seq = {run_seq:UInt64}))
