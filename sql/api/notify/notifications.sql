-- Notifications, the latest first, as each stands.
-- Params  state, fact String        '' = any
-- Params  before_ms Int64, before_id String   where the former page ended
-- Params  id String                 '' = all
-- Params  limit UInt32
-- Rows    notification_id, fact, subject, channel, recipient, language, body, state String, attempt UInt16, step UInt8, created_ms, next_ms Int64 (Unix ms UTC)
-- Why     state is that of the last step, so it is filtered after it is worked out
SELECT notification_id, fact, subject, channel, recipient, language, body, state, attempt, step,
  toUnixTimestamp64Milli(created_at) AS created_ms, toUnixTimestamp64Milli(next_at) AS next_ms
FROM notification_standing
WHERE ({state:String} = '' OR state = {state:String}) AND ({fact:String} = '' OR fact = {fact:String})
  AND ({id:String} = '' OR notification_id = {id:String})
  AND (created_at, notification_id) < (fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC'), {before_id:String})
ORDER BY created_at DESC, notification_id DESC
LIMIT {limit:UInt32}
