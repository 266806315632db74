-- The slices of parts of usage records, each cut to its part: how many and how much in all, and the first of them.
-- Params  as_of UInt64                     highest run that counts
-- Params  account_id String, usage_type UInt16
-- Params  window_starts Array(Int64), resources, parts Array(String), shapes Array(UInt128), part_starts, part_ends Array(Int64)   one of each a part
-- Params  limit UInt32                     slices of each part
-- Rows    no UInt32 (which part, from 1), slices UInt64, used Int256 (of all), from_ms, to_ms Int64, quantity Int256, opened_ms Int64,
--         opened_by, closed_by UInt64 (of which event; 0 = it went on)
-- Why     a slice counts evenly, so what of it lies in a part is exact; a record of one slice holds that slice itself
WITH wanted AS (
  SELECT no, {window_starts:Array(Int64)}[no] AS wanted_start_ms, {resources:Array(String)}[no] AS wanted_resource, {parts:Array(String)}[no] AS wanted_part,
    {shapes:Array(UInt128)}[no] AS wanted_shape, {part_starts:Array(Int64)}[no] AS part_from_ms, {part_ends:Array(Int64)}[no] AS part_to_ms
  FROM (SELECT arrayJoin(arrayEnumerate({window_starts:Array(Int64)})) AS no)
),
standing AS (
  SELECT toUnixTimestamp64Milli(window_start) AS start_ms, resource, part, shape,
    toUnixTimestamp64Milli(from_at) AS slice_from_ms, toUnixTimestamp64Milli(to_at) AS slice_to_ms, sum(quantity) AS whole,
    toUnixTimestamp64Milli(opened_at) AS opened_ms, opened_by, closed_by
  FROM (
    SELECT sign, window_start, window_end, resource, part, shape, from_at, to_at, quantity, opened_at, opened_by, closed_by
    FROM slice
    WHERE account_id = {account_id:String} AND usage_type = {usage_type:UInt16}
      AND window_start IN (SELECT fromUnixTimestamp64Milli(arrayJoin({window_starts:Array(Int64)}), 'UTC'))
      AND k IN (SELECT sipHash64(arrayJoin({resources:Array(String)})))
      AND (toUnixTimestamp64Milli(window_start), resource, part, shape) IN (SELECT wanted_start_ms, wanted_resource, wanted_part, wanted_shape FROM wanted)
      AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64})
    UNION ALL
    SELECT sign, window_start, window_end, resource, part, shape, first_at, last_at, quantity, opened_at, opened_by, closed_by
    FROM usage_record
    WHERE account_id = {account_id:String} AND usage_type = {usage_type:UInt16}
      AND window_start IN (SELECT fromUnixTimestamp64Milli(arrayJoin({window_starts:Array(Int64)}), 'UTC'))
      AND k IN (SELECT sipHash64(arrayJoin({resources:Array(String)})))
      AND (toUnixTimestamp64Milli(window_start), resource, part, shape) IN (SELECT wanted_start_ms, wanted_resource, wanted_part, wanted_shape FROM wanted)
      AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64})
      AND abs(slices) = 1
  )
  GROUP BY window_start, window_end, resource, part, shape, from_at, to_at, opened_at, opened_by, closed_by
  HAVING sum(sign) > 0
)
SELECT no, count() OVER of_part AS slices, sum(quantity) OVER of_part AS used, from_ms, to_ms, quantity, opened_ms,
  toString(opened_by) AS opened_by, toString(closed_by) AS closed_by
FROM (
  SELECT no, greatest(slice_from_ms, part_from_ms) AS from_ms, least(slice_to_ms, part_to_ms) AS to_ms,
    if(slice_from_ms >= part_from_ms AND slice_to_ms <= part_to_ms, whole, intDiv(whole, slice_to_ms - slice_from_ms) * (to_ms - from_ms)) AS quantity,
    opened_ms, opened_by, if(slice_to_ms > part_to_ms, toUInt64(0), closed_by) AS closed_by
  FROM standing
  INNER JOIN wanted ON wanted_start_ms = start_ms AND wanted_resource = resource AND wanted_part = part AND wanted_shape = shape
  WHERE slice_from_ms < part_to_ms AND slice_to_ms > part_from_ms
)
WINDOW of_part AS (PARTITION BY no)
ORDER BY no, from_ms, to_ms
LIMIT {limit:UInt32} BY no
