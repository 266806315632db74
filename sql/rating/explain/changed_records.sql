-- Usage records whose billing in a line of a closed month came out otherwise when the month was rated again.
-- Params  run_seq UInt64, former, restated String   under which periods the records lie: as they had been billed, as they are
-- Params  account_id, tariff_id, component String, usage_type, tier UInt16, tariff_version UInt64   what the records of the line have in common
-- Params  is_next UInt8   1 = after the key that follows
-- Params  after_window_start_ms Int64, after_usage_record_id UInt128, after_part_start_ms Int64
-- Params  limit UInt32
-- Rows    usage_record_no, usage_record_id, resource, part String, window_start_ms, window_end_ms, part_start_ms Int64,
--         was_billed, is_billed UInt8, former_quantity, restated_quantity Int256, former_amount, restated_amount Decimal(38, 9), left UInt64 (from here on)
-- Why     records before the late one keep their amounts; those after it may cost something else, too
SELECT toString(record.usage_record_id) AS usage_record_no, concat('ur_', lower(hex(record.usage_record_id))) AS usage_record_id,
  any(record.resource) AS resource, any(record.part) AS part, toUnixTimestamp64Milli(record.window_start) AS window_start_ms,
  toUnixTimestamp64Milli(any(record.window_end)) AS window_end_ms, toUnixTimestamp64Milli(record.part_start) AS part_start_ms,
  toUInt8(countIf(period = {former:String}) > 0) AS was_billed, toUInt8(countIf(period = {restated:String}) > 0) AS is_billed,
  sumIf(record.quantity, period = {former:String}) AS former_quantity, sumIf(record.quantity, period = {restated:String}) AS restated_quantity,
  sumIf(record.amount, period = {former:String}) AS former_amount, sumIf(record.amount, period = {restated:String}) AS restated_amount,
  count() OVER () AS left
FROM billing_record AS record
WHERE run_seq = {run_seq:UInt64} AND period IN ({former:String}, {restated:String})
  AND account_id = {account_id:String} AND tariff_id = {tariff_id:String} AND usage_type = {usage_type:UInt16}
  AND tariff_version = {tariff_version:UInt64} AND component = {component:String} AND tier = {tier:UInt16}
  AND ({is_next:UInt8} = 0 OR (toUnixTimestamp64Milli(record.window_start), record.usage_record_id, toUnixTimestamp64Milli(record.part_start))
    > ({after_window_start_ms:Int64}, {after_usage_record_id:UInt128}, {after_part_start_ms:Int64}))
GROUP BY record.window_start, record.usage_record_id, record.part_start
HAVING was_billed != is_billed OR former_quantity != restated_quantity OR former_amount != restated_amount
ORDER BY record.window_start, record.usage_record_id, record.part_start
LIMIT {limit:UInt32}
