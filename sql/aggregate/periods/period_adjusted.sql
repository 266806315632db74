-- Adjustments of some accounts with the same months: which period they correct, and in which they are booked.
-- Params  account_ids Array(String)
-- Params  edges Array(Int64)          sorted, Unix ms UTC; period i is [edges[i], edges[i + 1])
-- Params  late_runs Array(UInt64), late_starts Array(Int64)   see late_usage
-- Rows    account_id String, used_ms, booked_ms Int64 (edges), records Int64 (how many they add), adjustments UInt64
-- Why     a closed period says what has arrived since, an open one what it bills of others
SELECT toString(account_id) AS account_id,
  roundDown(toUnixTimestamp64Milli(window_start), {edges:Array(Int64)}) AS used_ms,
  roundDown(toUnixTimestamp64Milli(booked_at), {edges:Array(Int64)}) AS booked_ms,
  sum(toInt64(sign)) AS records,
  uniqExact((adjusted_by, usage_type, resource, part, shape, window_start)) AS adjustments
FROM late_usage(account_ids = {account_ids:Array(String)}, late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}) AS adjusted
WHERE adjusted.account_id IN {account_ids:Array(String)} AND adjusted.is_adjustment
GROUP BY account_id, used_ms, booked_ms
ORDER BY account_id, used_ms, booked_ms
