-- Fills scratch_event with what the events of a span mean to usage types whose shape leaves something out.
-- Params  from_ms, to_ms Int64           half-open, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)   how much of the log counts
-- Params  registry_version String, only_touched UInt8   see sql/views/02_metering.sql
-- Rows    none
-- Why     requests counted by model and customer must not be a record for each request id in their details
INSERT INTO scratch_event
SELECT k, resource, part, usage_type, measure, effect, t, sequence, source, id, account_id, shape, per_ms, is_delta, label, event_ref
FROM masked_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
  bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)},
  registry_version = {registry_version:String}, only_touched = {only_touched:UInt8})
