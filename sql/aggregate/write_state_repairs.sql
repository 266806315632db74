-- Writes the state of touched resources at later checkpoints again, from scratch_interval.
-- Params  run_seq UInt64, checkpoints Array(Int64) (Unix ms UTC)
-- Rows    none
-- Why     the next run starts from a checkpoint that knows what arrived late
INSERT INTO resource_state (at, run_seq, k, resource, part, usage_type, measure, account_id, shape, per_ms, epoch, opened_at, opened_by)
SELECT fromUnixTimestamp64Milli(at_ms, 'UTC'), {run_seq:UInt64}, k, resource, part, usage_type, if(measure = 9, 3, measure), account_id, shape,
  toInt64(per_ms), label, fromUnixTimestamp64Milli(from_ms, 'UTC'), opened_by
FROM scratch_interval
ARRAY JOIN {checkpoints:Array(Int64)} AS at_ms
WHERE from_ms < at_ms AND to_ms >= at_ms AND measure IN (0, 1, 4, 9)
