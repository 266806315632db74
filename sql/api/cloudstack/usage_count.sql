-- How many records the API lists in all.
-- Params  as_of UInt64, from_ms, to_ms Int64, account_ids Array(String), usage_types Array(UInt16), resources, parts Array(String), vm, offering String   see cloudstack_usage
-- Rows    records UInt64
-- Why     what fills its window is alone in it and counted by its sign, of narrow columns; only the others are told apart
SELECT sum(n) AS records
FROM (
  SELECT toInt64(sum(sign)) AS n
  FROM cloudstack_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, account_ids = {account_ids:Array(String)},
    usage_types = {usage_types:Array(UInt16)}, resources = {resources:Array(String)}, parts = {parts:Array(String)}, vm = {vm:String}, offering = {offering:String})
  WHERE abs(duration_ms) = toUnixTimestamp64Milli(window_end) - toUnixTimestamp64Milli(window_start)
  UNION ALL
  SELECT toInt64(count()) AS n
  FROM (
    SELECT sipHash128(parted.account_id, parted.window_start, parted.usage_type, parted.resource, parted.part,
      if(parted.usage_type IN (7, 8, 9, 26, 28, 29), shape.alike_unsized, shape.alike)) AS record
    FROM cloudstack_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, account_ids = {account_ids:Array(String)},
      usage_types = {usage_types:Array(UInt16)}, resources = {resources:Array(String)}, parts = {parts:Array(String)}, vm = {vm:String}, offering = {offering:String}) AS parted
    LEFT ANY JOIN cloudstack_shape AS shape ON shape.shape = parted.shape
    WHERE abs(duration_ms) != toUnixTimestamp64Milli(window_end) - toUnixTimestamp64Milli(window_start)
    GROUP BY record
    HAVING sum(sign) > 0
  )
)
