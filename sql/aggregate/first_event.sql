-- When the first thing happened that is metered in a zone.
-- Params  zone String
-- Params  from_ms, to_ms Int64, k_from, k_to UInt64, bound_partitions Array(UInt32), bound_offsets Array(Int64), registry_version String, only_touched UInt8
-- Rows    first_ms Int64 (Unix ms UTC), events UInt64 (0 = none, first_ms then means nothing)
-- Why     windows of a zone begin with the one that holds it
SELECT min(t) AS first_ms, count() AS events
FROM counted_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
  bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)}, only_touched = {only_touched:UInt8}) AS event
INNER JOIN (
  SELECT account_id, from_ms AS since_ms, to_ms AS until_ms FROM scratch_account WHERE zone = {zone:String}
) AS member ON member.account_id = toString(event.account_id)
WHERE t >= since_ms AND t < until_ms
  AND type IN (SELECT event_type FROM usage_type_effect WHERE registry_version = {registry_version:String})
