-- A page of the billing records that make up a statement line, in the order of pricing.
-- Params  period String, run_seq UInt64
-- Params  account_id, tariff_id, component String, usage_type, tier UInt16, tariff_version UInt64   what the records of the line have in common
-- Params  is_next UInt8   1 = after the key that follows
-- Params  after_window_start_ms Int64, after_usage_record_id UInt128, after_part_start_ms Int64
-- Params  only Array(UInt128)   of these usage records alone; empty = all
-- Params  limit UInt32
-- Rows    as sql/rating/billing_records.sql, and price_no UInt32, shape UInt128
-- Why     a line's records lie together, in this order: a page reads no more than it shows
SELECT period, payer_account_id, account_id, record.usage_record_id AS usage_record_no,
  concat('ur_', lower(hex(record.usage_record_id))) AS usage_record_id,
  usage_type, resource, part,
  toUnixTimestamp64Milli(window_start) AS window_start_ms, toUnixTimestamp64Milli(window_end) AS window_end_ms,
  toUnixTimestamp64Milli(part_start) AS part_start_ms,
  tariff_id, tariff_version, component, tier, currency, unit, quantity, from_quantity, to_quantity, price_from, price_to, amount, state,
  price_no, toString(record.shape) AS shape
FROM billing_record AS record
WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
  AND account_id = {account_id:String} AND tariff_id = {tariff_id:String} AND usage_type = {usage_type:UInt16}
  AND tariff_version = {tariff_version:UInt64} AND component = {component:String} AND tier = {tier:UInt16}
  AND (empty({only:Array(UInt128)}) OR record.usage_record_id IN {only:Array(UInt128)})
  AND ({is_next:UInt8} = 0 OR window_start >= fromUnixTimestamp64Milli({after_window_start_ms:Int64}, 'UTC'))
  AND ({is_next:UInt8} = 0 OR (toUnixTimestamp64Milli(window_start), record.usage_record_id, toUnixTimestamp64Milli(part_start))
    > ({after_window_start_ms:Int64}, {after_usage_record_id:UInt128}, {after_part_start_ms:Int64}))
ORDER BY window_start, record.usage_record_id, part_start
LIMIT {limit:UInt32}
