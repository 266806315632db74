-- A page of usage records as they are billed, without adjustments (adjustments.sql), in the order they lie in.
-- Params  as_of UInt64                     highest run that counts
-- Params  live_seq UInt64                  dry run whose rows count too, 0 = none
-- Params  from_ms, to_ms Int64             from <= window start < to, Unix ms UTC
-- Params  late_runs Array(UInt64), late_starts Array(Int64)   see late_pair; those of the span
-- Params  account_ids Array(String), usage_types Array(UInt16), resources Array(String)   empty = all
-- Params  after_account, after_resource, after_part, after_shape String, after_ms, after_end_ms Int64, after_type UInt16   key of the last record of the former page; after_account '' = first page
-- Params  rows UInt32                      rows that are read
-- Rows    as of usage_records.sql
-- Why     as usage_records.sql, where closed periods stay as they were; that one is read where nothing came late
SELECT account_id, usage_type, resource, part, toString(shape) AS shape_id,
  toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms,
  lower(hex(usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end))) AS record_id,
  sumIf(usage.quantity, NOT is_adjustment) AS quantity, sumIf(usage.slices, NOT is_adjustment) AS slices,
  sumIf(sign, NOT is_adjustment) > 0 AS counts, sum(count()) OVER () AS read
FROM booked_page(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, ends_ms = {from_ms:Int64}, late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}, account_ids = {account_ids:Array(String)}, usage_types = {usage_types:Array(UInt16)}, resources = {resources:Array(String)},
  after_account = {after_account:String}, after_ms = {after_ms:Int64}, after_end_ms = {after_end_ms:Int64}, after_type = {after_type:UInt16}, after_resource = {after_resource:String}, after_part = {after_part:String}, after_shape = {after_shape:String}, rows = {rows:UInt32}) AS usage
GROUP BY account_id, window_start, window_end, k, usage_type, resource, part, shape
ORDER BY account_id, window_start, k, usage_type, resource, part, shape, window_end
