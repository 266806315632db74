-- Writes what is open at the end of a span, and the baselines of counters: the checkpoint from which the next run goes on.
-- Params  run_seq UInt64, from_ms, to_ms Int64 (start and end of the span, Unix ms UTC), k_from, k_to UInt64
-- Rows    none
-- Why     a day then costs a day, whatever history is behind it
INSERT INTO resource_state (at, run_seq, k, resource, part, usage_type, measure, account_id, shape, per_ms, epoch, opened_at, opened_by)
SELECT fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'), {run_seq:UInt64}, k, resource, part, usage_type, if(measure = 9, 3, measure), account_id, shape,
  toInt64(per_ms), label, fromUnixTimestamp64Milli(interval.from_ms, 'UTC'), opened_by
FROM scratch_interval AS interval
WHERE interval.from_ms < {to_ms:Int64} AND interval.to_ms >= {to_ms:Int64} AND measure IN (0, 1, 4, 9)
UNION ALL
SELECT fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'), {run_seq:UInt64}, k, resource, part, usage_type, measure, account_id, shape,
  per_ms, epoch, fromUnixTimestamp64Milli(opened_ms, 'UTC'), opened_by
FROM untouched_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
