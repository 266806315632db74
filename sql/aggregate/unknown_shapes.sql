-- Whether steps of some usage types have shapes of which nothing is kept yet.
-- Params  usage_types Array(UInt16)   whose shape leaves something out
-- Rows    is_there UInt8, at most one
-- Why     most days bring none, and their events need not be read whole once more
SELECT toUInt8(1) AS is_there
FROM scratch_event
WHERE usage_type IN {usage_types:Array(UInt16)} AND shape NOT IN (SELECT shape FROM shape)
LIMIT 1
