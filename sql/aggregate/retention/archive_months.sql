-- UTC months with events in the store that happened before an instant, oldest first.
-- Params  before_ms Int64 (Unix ms UTC, the start of a month)
-- Rows    month String, events UInt64
-- Why     what there is to archive. A month is a partition, whose name comes with its rows: no column is read, on one node or on many
SELECT concat(substring(_partition_id, 1, 4), '-', substring(_partition_id, 5, 2)) AS month, count() AS events
FROM event
WHERE toUInt32(_partition_id) < toYYYYMM(fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC'))
GROUP BY month
ORDER BY month
