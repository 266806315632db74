-- Fills scratch_slice with the slices that records of more than one slice have now, of touched resources.
-- Params  run_seq UInt64, edges Array(Int64), zone String   as in write_records.sql
-- Rows    none
-- Why     set against the published slices it gives the deltas
INSERT INTO scratch_slice
SELECT {run_seq:UInt64}, toInt8(1), account_id,
  fromUnixTimestamp64Milli(start_ms, 'UTC'), fromUnixTimestamp64Milli(end_ms, 'UTC'),
  usage_type, resource, part, shape,
  fromUnixTimestamp64Milli(slice_from_ms, 'UTC'), fromUnixTimestamp64Milli(slice_to_ms, 'UTC'), slice_quantity,
  fromUnixTimestamp64Milli(opened_ms, 'UTC'), opened_by, slice_closed_by
FROM partial_slice(edges = {edges:Array(Int64)}, zone = {zone:String})
WHERE measure <= 5 AND (account_id, usage_type, resource, part, shape, start_ms) IN (
  SELECT account_id, usage_type, resource, part, shape, toUnixTimestamp64Milli(window_start) FROM scratch_record WHERE slices > 1
)
