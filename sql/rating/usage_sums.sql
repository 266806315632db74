-- How much was used of each usage type in the range, all accounts together.
-- Params  as_of UInt64, from_ms, to_ms Int64
-- Rows    usage_type UInt16, quantity Int256
-- Why     no running sum can pass it, so it says how wide the integers of pricing must be
SELECT usage_type, sum(published.quantity) AS quantity
FROM rated_usage(as_of = {as_of:UInt64}) AS published
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
GROUP BY usage_type
ORDER BY usage_type
