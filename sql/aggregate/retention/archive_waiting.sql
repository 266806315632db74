-- How many events before an instant no run has looked at yet.
-- Params  before_ms Int64 (Unix ms UTC), bound_partitions Array(UInt32), bound_offsets Array(Int64)   what the latest run has seen
-- Rows    events UInt64
-- Why     what nobody has counted must not leave; a sample of a counter counts 1 ms before its instant
SELECT count() AS events
FROM event
WHERE occurred_at <= fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC')
  AND toUnixTimestamp64Milli(occurred_at) - (type = 'tally.counter') < {before_ms:Int64}
  AND toInt64(log_offset) > transform(log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))
