-- A session that has not been ended; no row when there is none.
-- Params  session_sha256 String
-- Params  kind String   what it was opened for
-- Rows    key_id, user_id, address String, opened_ms, seen_ms, ends_ms Int64 (Unix ms UTC)
-- Why     an end counts for good, whatever sign of life another process writes after it
SELECT
  any(key_id) AS key_id, any(user_id) AS user_id, any(address) AS address,
  toUnixTimestamp64Milli(min(opened_at)) AS opened_ms,
  toUnixTimestamp64Milli(max(seen_at)) AS seen_ms,
  toUnixTimestamp64Milli(min(ends_at)) AS ends_ms
FROM access_session
WHERE session_sha256 = {session_sha256:String} AND kind = {kind:String}
GROUP BY session_sha256
HAVING max(ended) = 0
