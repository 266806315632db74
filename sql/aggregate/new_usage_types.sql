-- Usage types of which the state that is kept may not know, and from when on they count.
-- Params  registry_version, former_version String   of this run and of the latest published one
-- Params  restored_ms Int64              types that count from then on or later (Unix ms UTC): the horizon was there, and has moved back since
-- Rows    usage_type UInt16, from_ms Int64 (Unix ms UTC, 0 = since the beginning), added UInt8 (by an operator)
-- Why     checkpoints lack their state, and published windows what they counted
SELECT usage_type, toUnixTimestamp64Milli(max(counts_from)) AS from_ms, usage_type IN (SELECT usage_type FROM usage_type_added) AS added
FROM usage_type
WHERE registry_version = {registry_version:String}
GROUP BY usage_type
HAVING usage_type NOT IN (SELECT usage_type FROM usage_type WHERE registry_version = {former_version:String}) OR from_ms >= {restored_ms:Int64}
ORDER BY usage_type
