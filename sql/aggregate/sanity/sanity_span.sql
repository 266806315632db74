-- What there is to check since the former time: arrivals, windows, open state.
-- Params  former_partitions Array(UInt32), former_offsets Array(Int64)   how much of the log the former checks had seen
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)     how much of the log counts now
-- Params  from_offset UInt64             no new event lies below it
-- Params  since_run UInt64               windows written by later runs are looked at
-- Params  checkpoint_ms Int64            the latest checkpoint, Unix ms UTC
-- Rows    events UInt64, last_run_seq UInt64 (of published aggregation), first_window_ms Int64 (-1 = none), records, state_rows UInt64
-- Why     decides what is read, and in how many ranges of resources
SELECT
  (SELECT count() FROM event WHERE log_offset >= {from_offset:UInt64}
    AND toInt64(log_offset) > transform(log_partition, {former_partitions:Array(UInt32)}, {former_offsets:Array(Int64)}, toInt64(-1))
    AND toInt64(log_offset) <= transform(log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))) AS events,
  (SELECT max(run_seq) FROM published_run WHERE kind = 'aggregate') AS last_run_seq,
  (SELECT if(count() = 0, -1, toUnixTimestamp64Milli(min(window_start))) FROM fresh_window(since_run = {since_run:UInt64})) AS first_window_ms,
  (SELECT count() FROM usage_record WHERE window_start IN (SELECT window_start FROM fresh_window(since_run = {since_run:UInt64}))) AS records,
  (SELECT count() FROM resource_state WHERE at = fromUnixTimestamp64Milli({checkpoint_ms:Int64}, 'UTC')) AS state_rows
