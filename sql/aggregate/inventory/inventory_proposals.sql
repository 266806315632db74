-- Correcting events that an inventory proposed, as they stand.
-- Params  inventory_id String
-- Params  chosen Array(UInt32)           empty = all
-- Params  after_n Int64, limit UInt32    page by n
-- Rows    n UInt32, version UInt64, action, resource, part, why, old, new, event, state, decided_by, reason String, usage_types Array(UInt16), decided_ms Int64 (Unix ms UTC)
-- Why     report before, act after
SELECT n, version, toString(action) AS action, resource, part, usage_types, why, old, new, event, toString(state) AS state, decided_by, reason,
  toUnixTimestamp64Milli(decided_at) AS decided_ms
FROM inventory_proposal FINAL
WHERE inventory_id = {inventory_id:String} AND toInt64(n) > {after_n:Int64} AND (empty({chosen:Array(UInt32)}) OR n IN {chosen:Array(UInt32)})
ORDER BY n
LIMIT {limit:UInt32}
