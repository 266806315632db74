-- Lets go of kept answers that have expired.
-- Params  now_ms Int64   Unix ms UTC
-- Rows    none
-- Why     by the clock of this installation, which a TTL of the engine would not go by
DELETE FROM kept_answer WHERE expires_at <= fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC')
