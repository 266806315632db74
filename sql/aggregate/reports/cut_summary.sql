-- Usage as it is billed, summed by what is asked for, in buckets of time that cut windows.
-- Params  as_of UInt64                     highest run that counts
-- Params  live_seq UInt64                  dry run whose rows count too, 0 = none
-- Params  from_ms, to_ms Int64             from <= window start (of an adjustment: where it is booked) < to, Unix ms UTC
-- Params  since_ms Int64                   no window that starts before reaches into the span
-- Params  late_runs Array(UInt64), late_starts Array(Int64)   see late_pair; none = at the time of use
-- Params  clip UInt8                       1 = instead all windows that overlap, cut at the outer edges
-- Params  edges Array(Int64)               sorted; bucket i is [edges[i], edges[i + 1]); usage outside of them is left out
-- Params  labels Array(String)             of the buckets
-- Params  account_ids Array(String), usage_types Array(UInt16), resources Array(String)   empty = all
-- Params  group_by Array(String)           of account, zone, offering, resource, tag; the usage type and the bucket always
-- Params  tag_key String, limit UInt32
-- Rows    usage_type, bucket, account_id, zone, offering, resource, tag ('' where not asked for), quantity Int256, duration_ms, records Int64
-- Why     a window inside one bucket is taken whole, one that straddles an edge is cut on its slices, never pro rata; an adjustment is taken whole
--         where it is booked. Rows that take back and rows that say anew add up, so no key has to be told apart. records counts windows that
--         start in the bucket, of an adjustment how many records it adds. Where no window straddles an edge the short form says the same
--         (usage_summary.sql)
WITH
usage AS (
  SELECT if(has({group_by:Array(String)}, 'account'), account_id, '') AS of_account, usage_type,
    if(hasAny({group_by:Array(String)}, ['zone', 'offering', 'tag']), shape, toUInt128(0)) AS of_shape,
    if(has({group_by:Array(String)}, 'resource'), resource, '') AS of_resource, quantity, duration_ms, toInt64(sign) AS sign, abs(slices) = 1 AS holds_slice,
    booked_at, booked_end, toUnixTimestamp64Milli(booked_at) AS start_ms, toUnixTimestamp64Milli(booked_end) AS end_ms,
    toUnixTimestamp64Milli(first_at) AS slice_from_ms, toUnixTimestamp64Milli(last_at) AS slice_to_ms
  FROM booked_usage(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}, account_ids = {account_ids:Array(String)}, from_ms = {since_ms:Int64}, late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)})
  WHERE (if({clip:UInt8} = 1, booked_end > fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'), booked_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')))
    AND booked_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
    AND (empty({usage_types:Array(UInt16)}) OR usage_type IN {usage_types:Array(UInt16)})
    AND (empty({resources:Array(String)}) OR resource IN {resources:Array(String)})
),
pieces AS (
  SELECT of_account, usage_type, of_shape, of_resource, roundDown(toUnixTimestamp64Milli(booked_at), {edges:Array(Int64)}) AS bucket_ms, toInt64(0) AS piece_ms,
    sum(usage.quantity) AS q, sum(usage.duration_ms) AS d, sum(usage.sign) AS n
  FROM usage
  GROUP BY of_account, usage_type, of_shape, of_resource, booked_at, booked_end
  HAVING lies_in_bucket(toUnixTimestamp64Milli(booked_at), toUnixTimestamp64Milli(booked_end), {edges:Array(Int64)})
  UNION ALL
  SELECT of_account, usage_type, of_shape, of_resource, {edges:Array(Int64)}[w] AS bucket_ms,
    greatest(least(slice_to_ms, {edges:Array(Int64)}[w + 1]) - greatest(slice_from_ms, {edges:Array(Int64)}[w]), 0) AS piece_ms,
    if(holds_slice, intDiv(quantity, slice_to_ms - slice_from_ms) * piece_ms, toInt256(0)) AS q,
    if(holds_slice, sign * piece_ms, toInt64(0)) AS d,
    if(w = first_w, sign, 0) AS n
  FROM (
    SELECT *,
      toUInt32(transform(roundDown(start_ms, {edges:Array(Int64)}), {edges:Array(Int64)}, arrayEnumerate({edges:Array(Int64)}), toUInt32(1))) AS first_w,
      toUInt32(transform(roundDown(least(end_ms, {edges:Array(Int64)}[-1]) - 1, {edges:Array(Int64)}), {edges:Array(Int64)}, arrayEnumerate({edges:Array(Int64)}), toUInt32(1))) AS last_w
    FROM usage
    WHERE NOT lies_in_bucket(start_ms, end_ms, {edges:Array(Int64)})
  )
  ARRAY JOIN range(first_w, last_w + 1) AS w
  UNION ALL
  SELECT if(has({group_by:Array(String)}, 'account'), account_id, ''), usage_type,
    if(hasAny({group_by:Array(String)}, ['zone', 'offering', 'tag']), shape, toUInt128(0)),
    if(has({group_by:Array(String)}, 'resource'), resource, ''), {edges:Array(Int64)}[w] AS bucket_ms,
    least(toUnixTimestamp64Milli(to_at), {edges:Array(Int64)}[w + 1]) - greatest(toUnixTimestamp64Milli(from_at), {edges:Array(Int64)}[w]) AS piece_ms,
    intDiv(quantity, toUnixTimestamp64Milli(to_at) - toUnixTimestamp64Milli(from_at)) * piece_ms AS q,
    toInt64(sign) * piece_ms AS d,
    toInt64(0) AS n
  FROM booked_slice(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}, account_ids = {account_ids:Array(String)}, from_ms = {since_ms:Int64}, late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)})
  ARRAY JOIN range(1, toUInt32(length({edges:Array(Int64)}))) AS w
  WHERE (if({clip:UInt8} = 1, window_end > fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'), window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')))
    AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
    AND (empty({usage_types:Array(UInt16)}) OR usage_type IN {usage_types:Array(UInt16)})
    AND (empty({resources:Array(String)}) OR resource IN {resources:Array(String)})
    AND NOT lies_in_bucket(toUnixTimestamp64Milli(window_start), toUnixTimestamp64Milli(window_end), {edges:Array(Int64)})
    AND {edges:Array(Int64)}[w] < toUnixTimestamp64Milli(to_at) AND {edges:Array(Int64)}[w + 1] > toUnixTimestamp64Milli(from_at)
),
bucketed AS (
  SELECT of_account, usage_type, of_shape, of_resource, bucket_ms, sum(q) AS quantity, sum(d) AS duration_ms, sum(n) AS records
  FROM pieces
  GROUP BY of_account, usage_type, of_shape, of_resource, bucket_ms
)
SELECT
  bucketed.usage_type AS usage_type,
  transform(bucketed.bucket_ms, arrayPopBack({edges:Array(Int64)}), {labels:Array(String)}, '') AS bucket,
  toString(bucketed.of_account) AS account_id,
  if(has({group_by:Array(String)}, 'zone'), toString(shape.zone), '') AS zone,
  if(has({group_by:Array(String)}, 'offering'), toString(shape.offering), '') AS offering,
  bucketed.of_resource AS resource,
  if(has({group_by:Array(String)}, 'tag'), JSONExtractString(shape.tags, {tag_key:String}), '') AS tag,
  sum(bucketed.quantity) AS quantity, sum(bucketed.duration_ms) AS duration_ms, sum(bucketed.records) AS records
FROM bucketed
LEFT ANY JOIN (SELECT * FROM shape WHERE hasAny({group_by:Array(String)}, ['zone', 'offering', 'tag'])) AS shape ON shape.shape = bucketed.of_shape
GROUP BY usage_type, bucket, account_id, zone, offering, resource, tag
HAVING quantity != 0 OR duration_ms != 0 OR records != 0
ORDER BY usage_type, bucket, account_id, zone, offering, resource, tag
LIMIT {limit:UInt32}
