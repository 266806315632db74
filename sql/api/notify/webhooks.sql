-- Webhooks as they stand, each in its last version.
-- Params  none
-- Rows    webhook_id, version UInt64, url, facts Array(String), secret, former_secret String, former_until_ms, created_ms, changed_ms Int64 (Unix ms UTC), state, changed_by
-- Why     a version between turns of several processes: the highest fence counts, then the highest version
SELECT webhook_id, version, url, facts, secret, former_secret, toUnixTimestamp64Milli(former_until) AS former_until_ms, state,
  toUnixTimestamp64Milli(created_at) AS created_ms, toUnixTimestamp64Milli(changed_at) AS changed_ms, changed_by
FROM webhook
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY webhook_id, fence DESC, version DESC
LIMIT 1 BY webhook_id
