-- The usage types operators added, oldest first.
-- Params  none
-- Rows    definition, added_ms, added_by
-- Why     of two with one id the first counts: an answer may be lost after its row was written, and then be asked for again
SELECT definition, toUnixTimestamp64Milli(added_at) AS added_ms, added_by
FROM usage_type_added
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY added_at, usage_type
