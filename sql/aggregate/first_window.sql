-- The earliest window a run wrote to.
-- Params  run_seq UInt64
-- Rows    first_ms Int64 (Unix ms UTC), windows UInt64 (0 = none, first_ms then means nothing)
-- Why     what a run stands on begins there
SELECT toUnixTimestamp64Milli(min(window_start)) AS first_ms, count() AS windows FROM run_window WHERE run_seq = {run_seq:UInt64}
