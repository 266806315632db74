-- Keeps what ended, or was a point, in windows that a horizon cuts.
-- Params  run_seq UInt64, at_ms Int64 (the horizon, Unix ms UTC)
-- Rows    none
-- Why     a day of Kolkata that begins before the horizon and ends after it may still be corrected. No window is longer than a
--         day and an hour, so two days are enough; what goes on beyond the horizon is in the state there
INSERT INTO horizon_interval
SELECT fromUnixTimestamp64Milli({at_ms:Int64}, 'UTC'), {run_seq:UInt64}, k, resource, part, usage_type, measure, account_id, shape, per_ms, label,
  from_ms, to_ms, opened_by, closed_by
FROM scratch_interval
WHERE measure != 9 AND from_ms < {at_ms:Int64} AND to_ms > {at_ms:Int64} - 172800000
  AND NOT (measure IN (0, 1, 4) AND to_ms >= {at_ms:Int64})
