-- How many records each period of some accounts with the same months holds, all that arrived late among them.
-- Params  as_of UInt64                highest run that counts
-- Params  account_ids Array(String)
-- Params  edges Array(Int64)          sorted, Unix ms UTC; period i is [edges[i], edges[i + 1])
-- Rows    account_id String, start_ms Int64 (an edge), records Int64
-- Why     a period is there when something is booked in it; adjustments are taken from it apart (period_adjusted.sql)
SELECT toString(account_id) AS account_id, roundDown(toUnixTimestamp64Milli(window_start), {edges:Array(Int64)}) AS start_ms, sum(toInt64(sign)) AS records
FROM published_usage(as_of = {as_of:UInt64}, live_seq = 0) AS usage
WHERE usage.account_id IN {account_ids:Array(String)}
  AND usage.window_start >= fromUnixTimestamp64Milli({edges:Array(Int64)}[1], 'UTC')
  AND usage.window_start < fromUnixTimestamp64Milli({edges:Array(Int64)}[-1], 'UTC')
GROUP BY account_id, start_ms
HAVING records != 0
ORDER BY account_id, start_ms
