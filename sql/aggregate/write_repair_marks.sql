-- Notes whose state at which checkpoints this run has written again, also of those that are now closed there.
-- Params  run_seq UInt64, checkpoints Array(Int64) (Unix ms UTC)
-- Rows    none
-- Why     readers then take these resources from this run and all others from the checkpoint as it was
INSERT INTO resource_state_repair
SELECT DISTINCT fromUnixTimestamp64Milli(at_ms, 'UTC'), k, {run_seq:UInt64}
FROM run_touched
ARRAY JOIN {checkpoints:Array(Int64)} AS at_ms
WHERE run_seq = {run_seq:UInt64}
