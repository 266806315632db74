-- A page of usage records as they are billed, without adjustments, cut at the ends of a span, in the order they lie in.
-- Params  as_of UInt64                     highest run that counts
-- Params  live_seq UInt64                  dry run whose rows count too, 0 = none
-- Params  from_ms, to_ms Int64             windows that overlap [from, to), Unix ms UTC
-- Params  since_ms Int64                   no window that starts before reaches into the span
-- Params  late_runs Array(UInt64), late_starts Array(Int64)   see late_pair; those of the span and of the two days before; none = at the time of use
-- Params  account_ids Array(String), usage_types Array(UInt16), resources Array(String)   empty = all
-- Params  after_account, after_resource, after_part, after_shape String, after_ms, after_end_ms Int64, after_type UInt16   key of the last record of the former page; after_account '' = first page
-- Params  rows UInt32                      rows that are read
-- Rows    as of usage_records.sql; counts: 0 also where nothing of it lies in the span
-- Why     a window that an end cuts holds what its slices have within, never a share of the whole: a record of one slice is that slice, of others the
--         slices are read, of the page's accounts alone
WITH page AS (
  SELECT *, toUnixTimestamp64Milli(window_start) < {from_ms:Int64} OR toUnixTimestamp64Milli(window_end) > {to_ms:Int64} AS straddles,
    toUnixTimestamp64Milli(last_at) - toUnixTimestamp64Milli(first_at) AS slice_ms,
    if(straddles, greatest(least(toUnixTimestamp64Milli(last_at), {to_ms:Int64}) - greatest(toUnixTimestamp64Milli(first_at), {from_ms:Int64}), 0), slice_ms) AS within_ms
  FROM booked_page(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}, from_ms = {since_ms:Int64}, to_ms = {to_ms:Int64}, ends_ms = {from_ms:Int64}, late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}, account_ids = {account_ids:Array(String)}, usage_types = {usage_types:Array(UInt16)}, resources = {resources:Array(String)},
    after_account = {after_account:String}, after_ms = {after_ms:Int64}, after_end_ms = {after_end_ms:Int64}, after_type = {after_type:UInt16}, after_resource = {after_resource:String}, after_part = {after_part:String}, after_shape = {after_shape:String}, rows = {rows:UInt32})
),
stretch AS (
  SELECT account_id, window_start, window_end, usage_type, resource, part, shape, sum(toInt64(sign)) AS slices,
    sum(intDiv(slice.quantity, toUnixTimestamp64Milli(to_at) - toUnixTimestamp64Milli(from_at))
      * (least(toUnixTimestamp64Milli(to_at), {to_ms:Int64}) - greatest(toUnixTimestamp64Milli(from_at), {from_ms:Int64}))) AS quantity
  FROM booked_slice(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}, account_ids = {account_ids:Array(String)}, from_ms = {since_ms:Int64}, late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}) AS slice
  WHERE (account_id, resource) IN (SELECT account_id, resource FROM page WHERE straddles AND abs(slices) != 1)
    AND window_start >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND (window_start < fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') OR window_end > fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
    AND to_at > fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND from_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  GROUP BY account_id, window_start, window_end, usage_type, resource, part, shape
)
SELECT usage.account_id AS account_id, usage.usage_type AS usage_type, usage.resource AS resource, usage.part AS part, toString(usage.shape) AS shape_id,
  toUnixTimestamp64Milli(usage.window_start) AS start_ms, toUnixTimestamp64Milli(usage.window_end) AS end_ms,
  lower(hex(usage_record_id_of(usage.account_id, usage.usage_type, usage.resource, usage.part, usage.shape, usage.window_start, usage.window_end))) AS record_id,
  usage.quantity + stretch.quantity AS quantity, usage.slices + stretch.slices AS slices,
  usage.stands AND (NOT usage.is_cut OR slices > 0) AS counts, sum(usage.rows) OVER () AS read
FROM (
  SELECT account_id, window_start, window_end, k, usage_type, resource, part, shape, any(straddles) AS is_cut, sumIf(sign, NOT is_adjustment) > 0 AS stands, count() AS rows,
    sumIf(multiIf(NOT straddles, page.quantity, abs(page.slices) = 1, intDiv(page.quantity, slice_ms) * within_ms, toInt256(0)), NOT is_adjustment) AS quantity,
    sumIf(multiIf(NOT straddles, toInt64(page.slices), abs(page.slices) = 1 AND within_ms > 0, toInt64(sign), 0), NOT is_adjustment) AS slices
  FROM page
  GROUP BY account_id, window_start, window_end, k, usage_type, resource, part, shape
) AS usage
LEFT ANY JOIN stretch ON stretch.account_id = usage.account_id AND stretch.window_start = usage.window_start AND stretch.window_end = usage.window_end
  AND stretch.usage_type = usage.usage_type AND stretch.resource = usage.resource AND stretch.part = usage.part AND stretch.shape = usage.shape
ORDER BY account_id, usage.window_start, usage.k, usage_type, resource, part, usage.shape, usage.window_end
