-- Rows of usage in the order they lie in, so many after a key, as keys of usage records.
-- Params  as_of UInt64, from_ms, to_ms Int64, account_ids Array(String), usage_types Array(UInt16), resources, parts Array(String), vm, offering String   see cloudstack_usage
-- Params  after_account String, after_ms Int64, after_k UInt64, after_type UInt16, after_resource, after_part String   the last key of the page before; after_account '' = from the first
-- Params  rows UInt32                      rows to read
-- Rows    account_id, start_ms, k, usage_type, resource, part, live UInt8 (0 = what stood there was taken back), read UInt64 (rows of all keys);
--         of the last key some rows may be missing where read = rows. One key may stand for several records, by what the resource was
-- Why     read in the order of the table and cut before anything is summed, so a page costs what it holds wherever it begins. Columns are named with
--         their table: k alone would be the text of it, whose order is another one
SELECT toString(laid.account_id) AS account_id, toUnixTimestamp64Milli(laid.window_start) AS start_ms, toString(laid.k) AS k,
  laid.usage_type AS usage_type, laid.resource AS resource, laid.part AS part,
  toUInt8(sum(sign) > 0) AS live, sum(count()) OVER () AS read
FROM (
  SELECT account_id, window_start, k, usage_type, resource, part, sign
  FROM cloudstack_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, account_ids = {account_ids:Array(String)},
    usage_types = {usage_types:Array(UInt16)}, resources = {resources:Array(String)}, parts = {parts:Array(String)}, vm = {vm:String}, offering = {offering:String})
  WHERE {after_account:String} = '' OR account_id > {after_account:String}
    OR (account_id = {after_account:String} AND window_start > fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC'))
    OR (account_id = {after_account:String} AND window_start = fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')
      AND (k, usage_type, resource, part) > ({after_k:UInt64}, {after_type:UInt16}, {after_resource:String}, {after_part:String}))
  ORDER BY account_id, window_start, k, usage_type, resource, part
  LIMIT {rows:UInt32}
) AS laid
GROUP BY laid.account_id, laid.window_start, laid.k, laid.usage_type, laid.resource, laid.part
ORDER BY laid.account_id, laid.window_start, laid.k, laid.usage_type, laid.resource, laid.part
