-- Usage as it is billed, summed by what is asked for, in buckets of time that cut no window.
-- Params  as_of UInt64                     highest run that counts
-- Params  live_seq UInt64                  dry run whose rows count too, 0 = none
-- Params  from_ms, to_ms Int64             from <= window start (of an adjustment: where it is booked) < to, Unix ms UTC
-- Params  late_runs Array(UInt64), late_starts Array(Int64)   see late_pair
-- Params  edges Array(Int64)               sorted; bucket i is [edges[i], edges[i + 1])
-- Params  labels Array(String)             of the buckets
-- Params  account_ids Array(String), usage_types Array(UInt16), resources Array(String)   empty = all
-- Params  group_by Array(String)           of account, zone, offering, resource, tag; the usage type and the bucket always
-- Params  tag_key String, limit UInt32
-- Rows    usage_type, bucket, account_id, zone, offering, resource, tag ('' where not asked for), quantity Int256, duration_ms, records Int64; is_cut UInt8
-- Why     as usage_summary.sql, with adjustments where they are booked; of those, records counts how many they add
WITH sums AS (
  SELECT if(has({group_by:Array(String)}, 'account'), account_id, '') AS of_account, usage_type,
    if(hasAny({group_by:Array(String)}, ['zone', 'offering', 'tag']), shape, toUInt128(0)) AS of_shape,
    if(has({group_by:Array(String)}, 'resource'), resource, '') AS of_resource,
    roundDown(toUnixTimestamp64Milli(booked_at), {edges:Array(Int64)}) AS bucket_ms,
    sum(usage.quantity) AS q, sum(usage.duration_ms) AS d, sum(toInt64(sign)) AS n,
    countIf(NOT lies_in_bucket(toUnixTimestamp64Milli(booked_at), toUnixTimestamp64Milli(booked_end), {edges:Array(Int64)})) AS cuts
  FROM booked_usage(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}, account_ids = {account_ids:Array(String)}, from_ms = {from_ms:Int64}, late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}) AS usage
  WHERE booked_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND booked_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
    AND (empty({usage_types:Array(UInt16)}) OR usage_type IN {usage_types:Array(UInt16)})
    AND (empty({resources:Array(String)}) OR resource IN {resources:Array(String)})
  GROUP BY of_account, usage_type, of_shape, of_resource, bucket_ms
)
SELECT
  sums.usage_type AS usage_type,
  transform(sums.bucket_ms, arrayPopBack({edges:Array(Int64)}), {labels:Array(String)}, '') AS bucket,
  toString(sums.of_account) AS account_id,
  if(has({group_by:Array(String)}, 'zone'), toString(shape.zone), '') AS zone,
  if(has({group_by:Array(String)}, 'offering'), toString(shape.offering), '') AS offering,
  sums.of_resource AS resource,
  if(has({group_by:Array(String)}, 'tag'), JSONExtractString(shape.tags, {tag_key:String}), '') AS tag,
  sum(sums.q) AS quantity, sum(sums.d) AS duration_ms, sum(sums.n) AS records, max(max(sums.cuts)) OVER () > 0 AS is_cut
FROM sums
LEFT ANY JOIN (SELECT * FROM shape WHERE hasAny({group_by:Array(String)}, ['zone', 'offering', 'tag'])) AS shape ON shape.shape = sums.of_shape
GROUP BY usage_type, bucket, account_id, zone, offering, resource, tag
HAVING quantity != 0 OR duration_ms != 0 OR records != 0 OR max(sums.cuts) > 0
ORDER BY usage_type, bucket, account_id, zone, offering, resource, tag
LIMIT {limit:UInt32}
