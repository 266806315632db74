-- Writes what differs between the published slices of touched resources and scratch_slice: -1 for what is gone, +1 for what is new.
-- Params  run_seq UInt64, from_ms, to_ms Int64, k_from, k_to UInt64, zone String   as in write_record_deltas.sql
-- Rows    none
-- Why     slices follow their records, so that an explanation adds up to the record it explains; a late sample of a counter
--         changes what a later one adds, and nothing else of its slice
INSERT INTO slice
SELECT {run_seq:UInt64}, toInt8(sum(side)), account_id, window_start, window_end, usage_type, resource, part, shape,
  from_at, to_at, abs_quantity * toInt8(sum(side)), opened_at, opened_by, closed_by
FROM (
  SELECT -toInt64(sign) AS side, account_id, window_start, window_end, usage_type, resource, part, shape,
    from_at, to_at, quantity * sign AS abs_quantity, opened_at, opened_by, closed_by
  FROM slice
  WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
    AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
    AND k IN (SELECT k FROM run_touched WHERE run_seq = {run_seq:UInt64})
    AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, at_ms = {from_ms:Int64}))
    AND run_seq IN (SELECT run_seq FROM scratch_run) AND run_seq != {run_seq:UInt64}
  UNION ALL
  SELECT toInt64(1) AS side, account_id, window_start, window_end, usage_type, resource, part, shape,
    from_at, to_at, quantity AS abs_quantity, opened_at, opened_by, closed_by
  FROM scratch_slice
)
GROUP BY account_id, window_start, window_end, usage_type, resource, part, shape, from_at, to_at, abs_quantity, opened_at, opened_by, closed_by
HAVING sum(side) != 0
