-- Writes the state of touched resources at later checkpoints again, from scratch_interval.
-- Params  run_seq UInt64, checkpoints Array(Int64) (Unix ms UTC)
-- Rows    none
-- Why     the next run starts from a checkpoint that knows what arrived late
INSERT INTO resource_state
SELECT fromUnixTimestamp64Milli(at_ms, 'UTC'), {run_seq:UInt64}, k, resource, part, usage_type, account_id, shape, size,
  fromUnixTimestamp64Milli(opened_ms, 'UTC'), opened_by
FROM scratch_interval
ARRAY JOIN {checkpoints:Array(Int64)} AS at_ms
WHERE from_ms < at_ms AND to_ms >= at_ms
