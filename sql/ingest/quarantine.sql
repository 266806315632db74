-- Refused messages, one per content, by id.
-- Params  quarantine_id String   '' = all
-- Params  after_id String, limit UInt32   page by id
-- Rows    quarantine_id, raw, origin, source, id, field, reason String, times_seen UInt64, first_seen_at, last_seen_at, replayed_at Int64 (Unix ms UTC, 0 = never)
-- Why     the same refused message sent a thousand times is one thing to look at
SELECT quarantine_id, any(entry.raw) AS raw, any(entry.origin) AS origin, any(entry.source) AS source, any(entry.id) AS id,
  any(entry.field) AS field, any(entry.reason) AS reason, sum(entry.times_seen) AS times_seen,
  toUnixTimestamp64Milli(min(entry.first_seen_at)) AS first_seen_at,
  toUnixTimestamp64Milli(max(entry.last_seen_at)) AS last_seen_at,
  toUnixTimestamp64Milli(max(entry.replayed_at)) AS replayed_at
FROM quarantine AS entry
WHERE quarantine_id > {after_id:String} AND ({quarantine_id:String} = '' OR quarantine_id = {quarantine_id:String})
GROUP BY quarantine_id
ORDER BY quarantine_id
LIMIT {limit:UInt32}
