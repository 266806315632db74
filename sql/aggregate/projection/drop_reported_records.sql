-- Takes out of a projection the records of what is reported, at or after an instant.
-- Params  run_seq UInt64, now_ms Int64, usage_types Array(UInt16)
-- Rows    none
-- Why     what the pace of the month comes to stands in their place
DELETE FROM usage_record
WHERE run_seq = {run_seq:UInt64} AND toUnixTimestamp64Milli(window_start) >= {now_ms:Int64} AND usage_type IN {usage_types:Array(UInt16)}
