-- Writes the slices of records that have more than one (a record of one slice holds it itself).
-- Params  run_seq UInt64, edges Array(Int64), zone String, capacity_types Array(UInt16)   as in write_records.sql
-- Rows    none
-- Why     explanations and cuts at tariff edges read slices; most records have one
INSERT INTO slice
SELECT {run_seq:UInt64}, toInt8(1), account_id,
  fromUnixTimestamp64Milli(start_ms, 'UTC'), fromUnixTimestamp64Milli(end_ms, 'UTC'),
  usage_type, resource, part, shape,
  fromUnixTimestamp64Milli(slice_from_ms, 'UTC'), fromUnixTimestamp64Milli(slice_to_ms, 'UTC'), slice_quantity,
  fromUnixTimestamp64Milli(opened_ms, 'UTC'), opened_by, slice_closed_by
FROM window_slice(edges = {edges:Array(Int64)}, zone = {zone:String}, run_seq = {run_seq:UInt64}, capacity_types = {capacity_types:Array(UInt16)})
WHERE record_hash IN (
  SELECT record_hash
  FROM window_slice(edges = {edges:Array(Int64)}, zone = {zone:String}, run_seq = {run_seq:UInt64}, capacity_types = {capacity_types:Array(UInt16)})
  GROUP BY record_hash
  HAVING count() > 1
)
