-- A page of adjustments to usage of closed periods, in the order of the records they adjust.
-- Params  from_ms, to_ms Int64             from <= where it is booked < to, Unix ms UTC
-- Params  late_runs Array(UInt64), late_starts Array(Int64)   see late_pair; those of the span, and those that are booked in it
-- Params  account_ids Array(String), usage_types Array(UInt16), resources Array(String)   empty = all
-- Params  after_account, after_resource, after_part, after_shape String, after_ms, after_end_ms Int64, after_type UInt16, after_adjusted_by UInt64   key of the last one of the former page; after_account '' = first page
-- Params  limit UInt32
-- Rows    key with shape_id, adjusted_by (the run), adjustment_id, record_id, booked_ms, quantity Int256, slices (differences)
-- Why     few rows came late, and they lie among those of all accounts' windows: they are read by themselves, behind the records of the span
SELECT account_id, usage_type, resource, part, toString(shape) AS shape_id, adjusted_by, toUnixTimestamp64Milli(booked_at) AS booked_ms,
  toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms,
  lower(hex(usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end))) AS record_id,
  lower(hex(usage_adjustment_id_of(record_id, adjusted_by))) AS adjustment_id,
  sum(usage.quantity) AS quantity, sum(usage.slices) AS slices
FROM late_usage(account_ids = {account_ids:Array(String)}, late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}) AS usage
WHERE is_adjustment AND booked_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND booked_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
  AND (empty({usage_types:Array(UInt16)}) OR usage_type IN {usage_types:Array(UInt16)})
  AND (empty({resources:Array(String)}) OR resource IN {resources:Array(String)})
  AND ({after_account:String} = '' OR (toString(account_id), toUnixTimestamp64Milli(window_start), k, usage_type, resource, part, shape, toUnixTimestamp64Milli(window_end), adjusted_by)
    > ({after_account:String}, {after_ms:Int64}, sipHash64({after_resource:String}), {after_type:UInt16}, {after_resource:String}, {after_part:String}, toUInt128({after_shape:String}), {after_end_ms:Int64}, {after_adjusted_by:UInt64}))
GROUP BY account_id, window_start, window_end, k, usage_type, resource, part, shape, adjusted_by, booked_at
HAVING quantity != 0 OR sum(usage.duration_ms) != 0 OR slices != 0
ORDER BY account_id, window_start, k, usage_type, resource, part, shape, window_end, adjusted_by
LIMIT {limit:UInt32}
