-- How many events there are in all.
-- Params  from_ms, to_ms Int64, account_ids Array(String), type, keyword String   see events.sql
-- Rows    events UInt64
-- Why     reads no more than it is asked by
SELECT count() AS events
FROM event
WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND toDate(occurred_at) <= toDate(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
  AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
  AND ({type:String} = '' OR type = {type:String})
  AND ({keyword:String} = '' OR positionCaseInsensitiveUTF8(name, {keyword:String}) > 0 OR positionCaseInsensitiveUTF8(resource, {keyword:String}) > 0)
  AND (log_partition, log_offset) NOT IN (
    SELECT log_partition, log_offset FROM event_excluded
    WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND toDate(occurred_at) <= toDate(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
  )
