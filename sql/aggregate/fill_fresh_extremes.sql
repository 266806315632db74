-- Adds to scratch_record what the windows given hold now of readings that do not add up.
-- Params  run_seq UInt64, edges Array(Int64), zone String   as in write_records.sql
-- Rows    none
-- Why     most spans have none, and need not pay for looking
INSERT INTO scratch_record
SELECT {run_seq:UInt64}, toInt8(1), account_id,
  fromUnixTimestamp64Milli(start_ms, 'UTC'), fromUnixTimestamp64Milli(end_ms, 'UTC'),
  usage_type, resource, part, shape, quantity, duration_ms, slices,
  fromUnixTimestamp64Milli(first_ms, 'UTC'), fromUnixTimestamp64Milli(last_ms, 'UTC'),
  fromUnixTimestamp64Milli(opened_ms, 'UTC'), opened_by, closed_by
FROM touched_extreme(edges = {edges:Array(Int64)}, zone = {zone:String})
