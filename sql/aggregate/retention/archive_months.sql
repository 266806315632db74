-- UTC months with events in the store that happened before an instant, oldest first.
-- Params  before_ms Int64 (Unix ms UTC, the start of a month)
-- Rows    month String, events UInt64
-- Why     what there is to archive; read from the parts' own figures, since a month is a partition
SELECT concat(substring(partition, 1, 4), '-', substring(partition, 5, 2)) AS month, sum(rows) AS events
FROM system.parts
WHERE database = currentDatabase() AND table = 'event' AND active
  AND toUInt32(partition) < toYYYYMM(fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC'))
GROUP BY month
ORDER BY month
