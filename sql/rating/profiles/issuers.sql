-- Issuers, each in one version, by id.
-- Params  ids Array(String)    none = all
-- Params  version UInt64       0 = the latest that counts
-- Rows    id, version UInt64, body, changed_ms Int64 (Unix ms UTC), changed_by
-- Why     what a turn wrote that is not done, or void, counts for nothing; between turns the higher fence orders versions
SELECT issuer_id AS id, version, body, toUnixTimestamp64Milli(changed_at) AS changed_ms, changed_by
FROM issuer
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  AND (empty({ids:Array(String)}) OR issuer_id IN {ids:Array(String)})
  AND ({version:UInt64} = 0 OR version = {version:UInt64})
ORDER BY issuer_id, fence DESC, version DESC
LIMIT 1 BY issuer_id
