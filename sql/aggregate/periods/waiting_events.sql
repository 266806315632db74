-- Events of some accounts that lie in the log above a bound and concern the time before an instant.
-- Params  account_ids Array(String), before_ms Int64
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)   what the latest run has seen
-- Rows    events UInt64, ids Array(String) (source/id, some of them)
-- Why     a period is not whole while facts about it wait to be read
SELECT count() AS events, arraySort(groupArray(10)(concat(source, '/', id))) AS ids
FROM event
WHERE account_id IN {account_ids:Array(String)} AND occurred_at < fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC')
  AND toInt64(log_offset) > transform(log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))
