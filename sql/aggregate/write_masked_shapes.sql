-- Keeps what the shapes of usage types stand for that leave something out.
-- Params  from_ms, to_ms Int64           half-open, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)   how much of the log counts
-- Params  registry_version String, only_touched UInt8   see sql/views/02_metering.sql
-- Rows    none
-- Why     records carry the hash only; content-addressed, so writing one twice changes nothing
INSERT INTO shape
SELECT shape, any(project_id), any(zone), any(offering), any(template), any(resource_type), any(vm), any(size), any(virtual_size), any(details), any(tags)
FROM masked_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
  bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)},
  registry_version = {registry_version:String}, only_touched = {only_touched:UInt8})
WHERE shape NOT IN (SELECT shape FROM shape)
GROUP BY shape
