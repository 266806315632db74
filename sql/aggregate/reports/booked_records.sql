-- A page of usage records as they are billed, in the order of their key; an adjustment is a record of its own.
-- Params  as_of UInt64                     highest run that counts
-- Params  live_seq UInt64                  dry run whose rows count too, 0 = none
-- Params  from_ms, to_ms Int64             from <= window start (of an adjustment: where it is booked) < to, Unix ms UTC
-- Params  late_runs Array(UInt64), late_starts Array(Int64)   see late_window
-- Params  account_ids Array(String), usage_types Array(UInt16), resources Array(String)   empty = all
-- Params  after_account, after_resource, after_part, after_shape String, after_ms Int64, after_type UInt16, after_adjusted_by UInt64   key of the last row of the former page; after_account '' = first page
-- Params  upto_account String, upto_ms Int64   rows of accounts and windows up to this one are read (usage_reach.sql); upto_account '' = all
-- Params  limit UInt32
-- Rows    key, adjusted_by (run of the adjustment, 0 = a record of its own period), adjustment_id, booked_ms, shape_id, quantity Int256, duration_ms, slices, first_ms, last_ms
-- Why     as usage_records.sql, where closed periods stay as they were; that one is read where there is nothing to adjust
SELECT account_id, usage_type, resource, part, toString(shape) AS shape_id, adjusted_by, toUnixTimestamp64Milli(booked_at) AS booked_ms,
  toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms,
  lower(hex(usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end))) AS record_id,
  lower(hex(usage_adjustment_id_of(record_id, adjusted_by))) AS adjustment_id,
  sum(usage.quantity) AS quantity, sum(usage.duration_ms) AS duration_ms, sum(usage.slices) AS slices,
  toUnixTimestamp64Milli(argMaxIf(first_at, run_seq, sign = 1)) AS first_ms,
  toUnixTimestamp64Milli(argMaxIf(last_at, run_seq, sign = 1)) AS last_ms
FROM booked_usage(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}, account_ids = {account_ids:Array(String)}, from_ms = {from_ms:Int64}, late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}) AS usage
WHERE booked_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND booked_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
  AND (empty({usage_types:Array(UInt16)}) OR usage_type IN {usage_types:Array(UInt16)})
  AND (empty({resources:Array(String)}) OR resource IN {resources:Array(String)})
  AND ({after_account:String} = '' OR account_id > {after_account:String} OR (account_id = {after_account:String} AND (
    window_start > fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC') OR (window_start = fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')
      AND (usage_type, resource, part, shape, adjusted_by) > ({after_type:UInt16}, {after_resource:String}, {after_part:String}, toUInt128({after_shape:String}), {after_adjusted_by:UInt64})))))
  AND ({upto_account:String} = '' OR account_id < {upto_account:String}
    OR (account_id = {upto_account:String} AND window_start <= fromUnixTimestamp64Milli({upto_ms:Int64}, 'UTC')))
GROUP BY account_id, window_start, window_end, usage_type, resource, part, shape, adjusted_by, booked_at
HAVING if(adjusted_by = 0, sum(sign) > 0, quantity != 0 OR duration_ms != 0 OR slices != 0)
ORDER BY account_id, window_start, usage_type, resource, part, shape, adjusted_by
LIMIT {limit:UInt32}
