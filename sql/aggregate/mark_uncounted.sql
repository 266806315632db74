-- Counts every resource with a type that is open at a checkpoint and begins to count later among those that met events.
-- Params  from_ms Int64 (the checkpoint, Unix ms UTC), k_from, k_to UInt64
-- Rows    none
-- Why     what met none gets whole windows. Steps of usage type 0 that do nothing are in no story
INSERT INTO scratch_event (k, usage_type, measure, effect, t)
SELECT DISTINCT k, toUInt16(0), toUInt8(255), toInt8(3), {from_ms:Int64}
FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = 0)
WHERE usage_type IN (SELECT usage_type FROM scratch_counting WHERE scratch_counting.from_ms > {from_ms:Int64})
