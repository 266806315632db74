-- Writes the slices of records that have more than one (a record of one slice holds it itself).
-- Params  run_seq UInt64, edges Array(Int64), zone String   as in write_records.sql
-- Params  k_from, k_to UInt64 (range of k, both ends in)
-- Rows    none
-- Why     explanations and cuts at tariff edges read slices; most records have one. Needs the records written
INSERT INTO slice
SELECT {run_seq:UInt64}, toInt8(1), account_id,
  fromUnixTimestamp64Milli(start_ms, 'UTC'), fromUnixTimestamp64Milli(end_ms, 'UTC'),
  usage_type, resource, part, shape,
  fromUnixTimestamp64Milli(slice_from_ms, 'UTC'), fromUnixTimestamp64Milli(slice_to_ms, 'UTC'), slice_quantity,
  fromUnixTimestamp64Milli(opened_ms, 'UTC'), opened_by, slice_closed_by
FROM partial_slice(edges = {edges:Array(Int64)}, zone = {zone:String})
WHERE measure <= 5 AND (resource, usage_type, part, shape, account_id, start_ms) IN (
  SELECT resource, usage_type, part, shape, toString(account_id), toUnixTimestamp64Milli(window_start)
  FROM usage_record
  WHERE run_seq = {run_seq:UInt64} AND slices > 1 AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
    AND window_start >= fromUnixTimestamp64Milli({edges:Array(Int64)}[1], 'UTC') AND window_start < fromUnixTimestamp64Milli({edges:Array(Int64)}[-1], 'UTC')
)
