-- When the first thing happened that is metered in a zone.
-- Params  zone String
-- Params  from_ms, to_ms Int64, k_from, k_to UInt64, bound_partitions Array(UInt32), bound_offsets Array(Int64), registry_version String, run_seq, touched_by UInt64
-- Rows    first_ms Int64 (Unix ms UTC), events UInt64 (0 = none, first_ms then means nothing)
-- Why     windows of a zone begin with the one that holds it
SELECT min(t) AS first_ms, count() AS events
FROM metered_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
  bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)},
  registry_version = {registry_version:String}, touched_by = {touched_by:UInt64})
WHERE account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, run_seq = {run_seq:UInt64}))
