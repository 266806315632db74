-- How many events came into the store, by when they came in; one row per step that saw any, in their order.
-- Params  from_ms, to_ms Int64    [from, to) by when it was recorded, Unix ms UTC
--         step_s UInt32          length of a step in seconds, counted from 1970 UTC
-- Rows    at_ms Int64, events UInt64, latest_ms Int64   when the youngest of them happened
-- Why     an operator sees by a glance whether events come in as they did yesterday
SELECT toInt64(intDivOrZero(toUnixTimestamp(recorded_at), {step_s:UInt32})) * {step_s:UInt32} * 1000 AS at_ms,
  count() AS events, toUnixTimestamp64Milli(max(occurred_at)) AS latest_ms
FROM event
WHERE recorded_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND recorded_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
GROUP BY at_ms
ORDER BY at_ms
