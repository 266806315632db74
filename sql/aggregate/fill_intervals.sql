-- Fills scratch_interval with the stretches of touched resources, cut by nothing yet.
-- Params  from_ms, to_ms Int64           checkpoint (or the beginning of time) and end of the span, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)   how much of the log counts
-- Params  registry_version String, run_seq UInt64, touched_by UInt64   see sql/views/02_metering.sql
-- Rows    none
-- Why     records, slices, next state and the check all read it: the pairing is done once
INSERT INTO scratch_interval
SELECT k, resource, part, usage_type, account_id, shape, size, from_ms, to_ms, opened_ms, opened_by, closed_by
FROM interval(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
  bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)},
  registry_version = {registry_version:String}, run_seq = {run_seq:UInt64}, touched_by = {touched_by:UInt64})
