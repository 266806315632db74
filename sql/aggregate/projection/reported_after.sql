-- Whether a projection has rows of what is reported, at or after an instant.
-- Params  run_seq UInt64, now_ms Int64, usage_types Array(UInt16)
-- Rows    is_there UInt8; none where there are none
-- Why     readings of a gauge hold beyond now, and events may be dated later; most projections have neither, and delete nothing
SELECT toUInt8(1) AS is_there FROM usage_record
WHERE run_seq = {run_seq:UInt64} AND window_start >= fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC') AND usage_type IN {usage_types:Array(UInt16)}
LIMIT 1
