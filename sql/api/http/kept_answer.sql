-- The answer that was kept of a request with an Idempotency-Key.
-- Params  request_id String   hash of caller and key
-- Params  now_ms Int64        Unix ms UTC
-- Rows    fingerprint String, status UInt16, answer String
-- Why     the first that was kept is the answer; what has expired is none, whether or not its row is still there
SELECT fingerprint, status, answer
FROM kept_answer
WHERE request_id = {request_id:String} AND expires_at > fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC')
ORDER BY made_at
LIMIT 1
