-- Fills scratch_partial with the changes of a span that say one thing of a resource and leave the rest as it is.
-- Params  from_ms, to_ms Int64           half-open, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)   how much of the log counts
-- Params  registry_version String, only_touched UInt8   see sql/views/02_metering.sql
-- Rows    none
-- Why     they are few, and only they need the tags and sizes as text
INSERT INTO scratch_partial
SELECT k, resource, part, effect, t, sequence, source, id, account_id, tags, size, virtual_size, event_ref
FROM counted_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
  bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)}, only_touched = {only_touched:UInt8}) AS event
INNER JOIN (
  SELECT event_type, effect FROM metering_rule(registry_version = {registry_version:String}) WHERE usage_type = 0
) AS rule ON rule.event_type = event.type
WHERE k IN (SELECT k FROM scratch_event WHERE usage_type = 0)
