-- A page of events, the latest first.
-- Params  from_ms, to_ms Int64             when they happened, half-open, Unix ms UTC
-- Params  account_ids Array(String)        empty = all
-- Params  type, keyword String             '' = any; keyword: in the name or id of the resource, case ignored
-- Params  skip, limit UInt32
-- Rows    id, type, at_ms, account_id, account, domain, resource, name, source
-- Why     events lie by day, so a span reads its days alone; repeats and conflicts are none
SELECT id, toString(type) AS type, toUnixTimestamp64Milli(occurred_at) AS at_ms, toString(account_id) AS account_id, toString(account) AS account,
  toString(domain) AS domain, resource, name, toString(source) AS source
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
ORDER BY occurred_at DESC, log_partition DESC, log_offset DESC
LIMIT {limit:UInt32} OFFSET {skip:UInt32}
