-- Notes the resources of events that arrived after the former checks, and of what they revise.
-- Params  run_seq UInt64
-- Params  former_partitions Array(UInt32), former_offsets Array(Int64)   how much of the log the former checks had seen
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)     how much of the log counts now
-- Params  from_offset UInt64             no new event lies below it
-- Rows    none
-- Why     only their stories have anything new to tell; 1 ms earlier, since it may be a sample of a counter
INSERT INTO run_touched
WITH arrived AS (
  SELECT k, occurred_at, original_hash FROM event
  WHERE log_offset >= {from_offset:UInt64}
    AND toInt64(log_offset) > transform(log_partition, {former_partitions:Array(UInt32)}, {former_offsets:Array(Int64)}, toInt64(-1))
    AND toInt64(log_offset) <= transform(log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))
)
SELECT {run_seq:UInt64}, k, min(occurred_at) - INTERVAL 1 MILLISECOND
FROM (
  SELECT k, occurred_at FROM arrived
  UNION ALL
  SELECT k, occurred_at FROM event_identity WHERE id_hash IN (SELECT original_hash FROM arrived WHERE original_hash != 0)
)
GROUP BY k
