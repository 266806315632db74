-- A page of usage records as published, in the order they lie in.
-- Params  as_of UInt64                     highest run that counts
-- Params  live_seq UInt64                  dry run whose rows count too, 0 = none
-- Params  from_ms, to_ms Int64             from <= window start < to, Unix ms UTC
-- Params  account_ids Array(String), usage_types Array(UInt16), resources Array(String)   empty = all
-- Params  after_account, after_resource, after_part, after_shape String, after_ms Int64, after_type UInt16   key of the last record of the former page; after_account '' = first page
-- Params  rows, limit UInt32               rows that are read; records that are given
-- Rows    key with shape_id, quantity Int256, duration_ms, slices, first_ms, last_ms; counts UInt8: 0 = all of it was taken back, behind all others; read UInt64: rows that were read; as many as were asked for = the last record may lack some
-- Why     the truth of a key is the sum of its published rows, which lie together: a page costs what it holds, however many follow. Most records
--         are one row; where so many take back others that too few records are left, more rows are asked for. Names are labels, looked up beside
SELECT account_id, usage_type, resource, part, toString(shape) AS shape_id,
  toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms,
  lower(hex(usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end))) AS record_id,
  sum(usage.quantity) AS quantity, sum(usage.duration_ms) AS duration_ms, sum(usage.slices) AS slices,
  toUnixTimestamp64Milli(argMaxIf(first_at, run_seq, sign = 1)) AS first_ms,
  toUnixTimestamp64Milli(argMaxIf(last_at, run_seq, sign = 1)) AS last_ms,
  sum(sign) > 0 AS counts, sum(count()) OVER () AS read
FROM usage_page(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, account_ids = {account_ids:Array(String)}, usage_types = {usage_types:Array(UInt16)}, resources = {resources:Array(String)},
  after_account = {after_account:String}, after_ms = {after_ms:Int64}, after_type = {after_type:UInt16}, after_resource = {after_resource:String}, after_part = {after_part:String}, after_shape = {after_shape:String}, rows = {rows:UInt32}) AS usage
GROUP BY account_id, window_start, window_end, k, usage_type, resource, part, shape
ORDER BY counts DESC, account_id, window_start, k, usage_type, resource, part, shape
LIMIT {limit:UInt32}
