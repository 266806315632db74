-- A page of a period's billing records in the order of pricing.
-- Params  period String
-- Params  account_id, payer_account_id, tariff_id, state, usage_record_id String   '' = any; the id as hexadecimal digits
-- Params  usage_type UInt16                                                        0 = any
-- Params  is_next UInt8   1 = after the key that follows
-- Params  after_account_id, after_tariff_id String, after_usage_type UInt16, after_window_start_ms Int64
-- Params  after_usage_record_id UInt128, after_part_start_ms Int64, after_tier UInt16
-- Params  within Array(String)   the accounts that may be seen, none = all
-- Params  limit UInt32
-- Rows    period, payer_account_id, account_id, usage_record_no UInt128, usage_record_id, usage_type, resource, part, window_start_ms, window_end_ms,
--         part_start_ms, tariff_id, tariff_version, component, tier, currency, unit, quantity, from_quantity, to_quantity,
--         price_from, price_to, amount, state
-- Why     paged by the table's own key, so that page 1,000 costs what page 1 does
SELECT period, payer_account_id, account_id, record.usage_record_id AS usage_record_no,
  concat('ur_', lower(hex(record.usage_record_id))) AS usage_record_id,
  usage_type, resource, part,
  toUnixTimestamp64Milli(window_start) AS window_start_ms, toUnixTimestamp64Milli(window_end) AS window_end_ms,
  toUnixTimestamp64Milli(part_start) AS part_start_ms,
  tariff_id, tariff_version, component, tier, currency, unit, quantity, from_quantity, to_quantity, price_from, price_to, amount, state
FROM billing_record AS record
WHERE period = {period:String} AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
  AND ({account_id:String} = '' OR account_id = {account_id:String})
  AND (empty({within:Array(String)}) OR account_id IN {within:Array(String)})
  AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
  AND ({usage_type:UInt16} = 0 OR usage_type = {usage_type:UInt16})
  AND ({tariff_id:String} = '' OR tariff_id = {tariff_id:String})
  AND ({state:String} = '' OR state = {state:String})
  AND ({usage_record_id:String} = '' OR record.usage_record_id = reinterpretAsUInt128(reverse(unhex({usage_record_id:String}))))
  AND ({is_next:UInt8} = 0 OR account_id >= {after_account_id:String})
  AND (
    {is_next:UInt8} = 0
    OR (account_id, tariff_id, usage_type, toUnixTimestamp64Milli(window_start), record.usage_record_id, toUnixTimestamp64Milli(part_start), tier)
      > ({after_account_id:String}, {after_tariff_id:String}, {after_usage_type:UInt16}, {after_window_start_ms:Int64},
        {after_usage_record_id:UInt128}, {after_part_start_ms:Int64}, {after_tier:UInt16})
  )
ORDER BY account_id, tariff_id, usage_type, window_start, record.usage_record_id, part_start, tier
LIMIT {limit:UInt32}
