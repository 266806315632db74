-- The records of a page of keys, with CloudStack's own figures.
-- Params  as_of UInt64                     highest run that counts
-- Params  account_ids Array(String), starts_ms Array(Int64), usage_types Array(UInt16), resources, parts Array(String)   one of each a key
-- Rows    the key, what the resource was at last, quantity Int256 (base units), raw_hours Float64, from_ms, to_ms (first and last use in the window)
-- Why     CloudStack's raw_usage has a millisecond more for each event that ends a row of it, and tags tell no records apart: both only show in
--         slices. A closing event that is archived counts as one that ends a row.
WITH wanted AS (
  SELECT {account_ids:Array(String)}[no] AS account_id, fromUnixTimestamp64Milli({starts_ms:Array(Int64)}[no], 'UTC') AS window_start,
    sipHash64({resources:Array(String)}[no]) AS k, {usage_types:Array(UInt16)}[no] AS usage_type, {resources:Array(String)}[no] AS resource, {parts:Array(String)}[no] AS part
  FROM (SELECT arrayJoin(arrayEnumerate({account_ids:Array(String)})) AS no)
),
stretch AS (
  SELECT account_id, window_start, window_end, usage_type, resource, part, shape,
    sum(of_quantity) AS used, sum(of_ms) AS ms, first_at, last_at, closed_by
  FROM (
    SELECT sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity AS of_quantity, duration_ms AS of_ms, first_at, last_at, closed_by
    FROM usage_record
    WHERE (account_id, window_start, k, usage_type, resource, part) IN (SELECT account_id, window_start, k, usage_type, resource, part FROM wanted)
      AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64}) AND abs(slices) = 1
    UNION ALL
    SELECT sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity,
      sign * (toUnixTimestamp64Milli(to_at) - toUnixTimestamp64Milli(from_at)), from_at, to_at, closed_by
    FROM slice
    WHERE (account_id, window_start, k, usage_type, resource, part) IN (SELECT account_id, window_start, k, usage_type, resource, part FROM wanted)
      AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64})
  )
  GROUP BY account_id, window_start, window_end, usage_type, resource, part, shape, first_at, last_at, closed_by
  HAVING sum(sign) > 0
),
keeping AS (
  SELECT DISTINCT reinterpretAsUInt64(id_hash) AS ref FROM event
  WHERE k IN (SELECT k FROM wanted) AND cloudstack_keeps_row(type)
    AND toDate(occurred_at) >= (SELECT toDate(min(window_start)) FROM wanted) AND toDate(occurred_at) <= (SELECT toDate(max(window_start)) + 2 FROM wanted)
)
SELECT toString(stretch.account_id) AS account_id, toUnixTimestamp64Milli(stretch.window_start) AS start_ms, toUnixTimestamp64Milli(any(stretch.window_end)) AS end_ms,
  toString(sipHash64(stretch.resource)) AS k, stretch.usage_type AS usage_type, stretch.resource AS resource, stretch.part AS part,
  sum(stretch.used) AS quantity,
  cloudstack_hours(sum(stretch.ms) + countIf(stretch.closed_by != 0 AND stretch.closed_by NOT IN (SELECT ref FROM keeping))) AS raw_hours,
  toUnixTimestamp64Milli(min(stretch.first_at)) AS from_ms, toUnixTimestamp64Milli(max(stretch.last_at)) AS to_ms,
  argMax(shape.project_id, stretch.last_at) AS project_id, argMax(shape.zone, stretch.last_at) AS zone, argMax(shape.offering, stretch.last_at) AS offering,
  argMax(shape.template, stretch.last_at) AS template, argMax(shape.resource_type, stretch.last_at) AS resource_type, argMax(shape.vm, stretch.last_at) AS vm,
  argMax(shape.size, stretch.last_at) AS size, argMax(shape.virtual_size, stretch.last_at) AS virtual_size,
  argMax(shape.details, stretch.last_at) AS details, argMax(shape.tags, stretch.last_at) AS tags
FROM stretch
LEFT ANY JOIN cloudstack_shape AS shape ON shape.shape = stretch.shape
GROUP BY stretch.account_id, stretch.window_start, stretch.usage_type, stretch.resource, stretch.part,
  if(stretch.usage_type IN (7, 8, 9, 26, 28, 29), shape.alike_unsized, shape.alike)
ORDER BY stretch.account_id, stretch.window_start, sipHash64(stretch.resource), stretch.usage_type, stretch.resource, stretch.part,
  if(stretch.usage_type IN (7, 8, 9, 26, 28, 29), shape.alike_unsized, shape.alike)
