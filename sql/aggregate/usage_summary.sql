-- Usage as published, summed by what is asked for, in buckets of time.
-- Params  as_of UInt64                     highest run that counts
-- Params  from_ms, to_ms Int64             from <= window start < to, Unix ms UTC
-- Params  clip UInt8                       1 = instead all windows that overlap, cut at the outer edges
-- Params  edges Array(Int64)               sorted; bucket i is [edges[i], edges[i + 1]); usage outside of them is left out
-- Params  labels Array(String)             of the buckets
-- Params  account_ids Array(String), usage_types Array(UInt16), resources Array(String)   empty = all
-- Params  group_by Array(String)           of account, zone, offering, resource, tag; the usage type and the bucket always
-- Params  tag_key String, limit UInt32
-- Rows    usage_type, bucket, account_id, zone, offering, resource, tag ('' where not asked for), quantity Int256, duration_ms, records Int64
-- Why     a window inside one bucket is taken whole, one that straddles an edge is cut on its slices, never pro rata.
--         Rows that take back and rows that say anew add up, so no key has to be told apart. records counts windows that start in the bucket.
WITH
usage AS (
  SELECT *, toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms,
    roundDown(start_ms, {edges:Array(Int64)}) AS bucket_ms,
    start_ms >= {edges:Array(Int64)}[1] AND end_ms <= {edges:Array(Int64)}[-1] AND bucket_ms = roundDown(end_ms - 1, {edges:Array(Int64)}) AS whole
  FROM published_usage(as_of = {as_of:UInt64})
  WHERE (if({clip:UInt8} = 1, window_end > fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'), window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')))
    AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
    AND (empty({usage_types:Array(UInt16)}) OR usage_type IN {usage_types:Array(UInt16)})
    AND (empty({resources:Array(String)}) OR resource IN {resources:Array(String)})
),
straddling AS (
  SELECT account_id, usage_type, shape, resource, quantity AS slice_quantity,
    toUnixTimestamp64Milli(first_at) AS slice_from_ms, toUnixTimestamp64Milli(last_at) AS slice_to_ms
  FROM usage
  WHERE NOT whole AND slices IN (-1, 1)
  UNION ALL
  SELECT account_id, usage_type, shape, resource, quantity AS slice_quantity,
    toUnixTimestamp64Milli(from_at) AS slice_from_ms, toUnixTimestamp64Milli(to_at) AS slice_to_ms
  FROM published_slice(as_of = {as_of:UInt64})
  WHERE (account_id, usage_type, resource, part, shape, window_start) IN (
    SELECT account_id, usage_type, resource, part, shape, window_start FROM usage WHERE NOT whole AND slices NOT IN (-1, 1)
  )
),
pieces AS (
  SELECT account_id, usage_type, shape, resource, {edges:Array(Int64)}[w] AS bucket_ms,
    least(slice_to_ms, {edges:Array(Int64)}[w + 1]) - greatest(slice_from_ms, {edges:Array(Int64)}[w]) AS piece_ms,
    intDiv(slice_quantity, slice_to_ms - slice_from_ms) * piece_ms AS piece_quantity,
    if(slice_quantity < 0, -piece_ms, piece_ms) AS signed_ms
  FROM straddling
  ARRAY JOIN range(1, toUInt32(length({edges:Array(Int64)}))) AS w
  WHERE {edges:Array(Int64)}[w] < slice_to_ms AND {edges:Array(Int64)}[w + 1] > slice_from_ms
),
bucketed AS (
  SELECT account_id, usage_type, shape, if(has({group_by:Array(String)}, 'resource'), resource, '') AS resource, bucket_ms,
    sum(q) AS quantity, sum(d) AS duration_ms, sum(n) AS records
  FROM (
    SELECT account_id, usage_type, shape, resource, bucket_ms, quantity AS q, duration_ms AS d, toInt64(sign) AS n FROM usage WHERE whole
    UNION ALL
    SELECT account_id, usage_type, shape, resource, bucket_ms, piece_quantity AS q, signed_ms AS d, toInt64(0) AS n FROM pieces
    UNION ALL
    SELECT account_id, usage_type, shape, resource, greatest(bucket_ms, {edges:Array(Int64)}[1]) AS bucket_ms, toInt256(0) AS q, toInt64(0) AS d, toInt64(sign) AS n FROM usage WHERE NOT whole
  )
  GROUP BY account_id, usage_type, shape, resource, bucket_ms
)
SELECT
  bucketed.usage_type AS usage_type,
  transform(bucketed.bucket_ms, arrayPopBack({edges:Array(Int64)}), {labels:Array(String)}, '') AS bucket,
  if(has({group_by:Array(String)}, 'account'), toString(bucketed.account_id), '') AS account_id,
  if(has({group_by:Array(String)}, 'zone'), toString(shape.zone), '') AS zone,
  if(has({group_by:Array(String)}, 'offering'), toString(shape.offering), '') AS offering,
  bucketed.resource AS resource,
  if(has({group_by:Array(String)}, 'tag'), JSONExtractString(shape.tags, {tag_key:String}), '') AS tag,
  sum(bucketed.quantity) AS quantity, sum(bucketed.duration_ms) AS duration_ms, sum(bucketed.records) AS records
FROM bucketed
LEFT ANY JOIN shape ON shape.shape = bucketed.shape
GROUP BY usage_type, bucket, account_id, zone, offering, resource, tag
HAVING quantity != 0 OR duration_ms != 0 OR records != 0
ORDER BY usage_type, bucket, account_id, zone, offering, resource, tag
LIMIT {limit:UInt32}
