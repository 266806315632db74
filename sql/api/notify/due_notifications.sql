-- What is to be sent now, or whose sender has not said what came of it in time.
-- Params  now_ms Int64, limit UInt32
-- Rows    notification_id, fact, channel, recipient, language, body, state String, created_ms Int64 (Unix ms UTC), attempt, tries UInt16, step UInt8
-- Why     sending rows past their time are of a process that died: of mail nobody knows what became of it
SELECT notification_id, fact, channel, recipient, language, body, state, toUnixTimestamp64Milli(created_at) AS created_ms, attempt, tries, step
FROM notification_standing
WHERE state IN ('waiting', 'retry', 'asked', 'sending') AND next_at <= fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC')
ORDER BY next_at, notification_id
LIMIT {limit:UInt32}
