-- The steps of all attempts at some notifications.
-- Params  ids Array(String)
-- Rows    notification_id String, attempt UInt16, step UInt8, state, answer, by String, at_ms Int64 (Unix ms UTC)
-- Why     an operator sees what was tried and what came of it
SELECT notification_id, attempt, step, state, answer, toUnixTimestamp64Milli(at) AS at_ms, by
FROM counted_attempt
WHERE notification_id IN {ids:Array(String)}
ORDER BY notification_id, attempt, step
