-- Writes what is open at the end of a span: the checkpoint from which the next run goes on.
-- Params  run_seq UInt64, from_ms, to_ms Int64, k_from, k_to UInt64, bound_partitions Array(UInt32), bound_offsets Array(Int64), registry_version String
-- Rows    none
-- Why     a day then costs a day, whatever history is behind it
INSERT INTO resource_state
SELECT fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'), {run_seq:UInt64}, k, resource, part, usage_type, account_id, shape, size,
  fromUnixTimestamp64Milli(opened_ms, 'UTC'), opened_by
FROM scratch_interval
WHERE to_ms = 4611686018427387904
UNION ALL
SELECT fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'), {run_seq:UInt64}, k, resource, part, usage_type, account_id, shape, size,
  fromUnixTimestamp64Milli(opened_ms, 'UTC'), opened_by
FROM untouched_state(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
  bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)},
  registry_version = {registry_version:String}, run_seq = {run_seq:UInt64})
