-- Writes the records of windows published for the first time: touched resources from their intervals, all others whole.
-- Params  run_seq UInt64, from_ms Int64, k_from, k_to UInt64
-- Params  edges Array(Int64)             window i is [edges[i], edges[i + 1])
-- Params  zone String                    whose windows
-- Rows    none
-- Why     what met no event needs no pairing: most of a cloud, most days
INSERT INTO usage_record
SELECT {run_seq:UInt64}, toInt8(1), account_id,
  fromUnixTimestamp64Milli(start_ms, 'UTC'), fromUnixTimestamp64Milli(end_ms, 'UTC'),
  usage_type, resource, part, shape, quantity, duration_ms, slices,
  fromUnixTimestamp64Milli(first_ms, 'UTC'), fromUnixTimestamp64Milli(last_ms, 'UTC'),
  fromUnixTimestamp64Milli(opened_ms, 'UTC'), opened_by, closed_by
FROM touched_record(edges = {edges:Array(Int64)}, zone = {zone:String})
UNION ALL
SELECT {run_seq:UInt64}, toInt8(1), account_id,
  fromUnixTimestamp64Milli({edges:Array(Int64)}[w], 'UTC') AS window_start,
  fromUnixTimestamp64Milli({edges:Array(Int64)}[w + 1], 'UTC') AS window_end,
  usage_type, resource, part, shape,
  toInt256(window_ms) * per_ms AS quantity,
  {edges:Array(Int64)}[w + 1] - {edges:Array(Int64)}[w] AS window_ms,
  toInt32(1), window_start, window_end,
  fromUnixTimestamp64Milli(opened_ms, 'UTC'), opened_by, toUInt64(0)
FROM untouched_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
ARRAY JOIN range(1, toUInt32(length({edges:Array(Int64)}))) AS w
WHERE measure <= 1 AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, at_ms = {edges:Array(Int64)}[1]))
