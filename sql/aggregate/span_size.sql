-- How many events a span holds, in all types and accounts.
-- Params  from_ms, to_ms Int64   half-open, Unix ms UTC
-- Rows    events UInt64
-- Why     decides into how many ranges of resources the work is cut, so that memory stays bounded
SELECT count() AS events
FROM event
WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
  AND toDate(occurred_at) <= toDate(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
  AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
