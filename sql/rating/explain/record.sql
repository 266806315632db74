-- One billing record of the rating run that counts.
-- Params  period, component String, usage_record_id UInt128, part_start_ms Int64, tier UInt16
-- Rows    as sql/rating/explain/records_of_line.sql
-- Why     the id does not say whose it is; an index of small filters leaves a few blocks to look at
SELECT period, payer_account_id, account_id, record.usage_record_id AS usage_record_no,
  concat('ur_', lower(hex(record.usage_record_id))) AS usage_record_id,
  usage_type, resource, part,
  toUnixTimestamp64Milli(window_start) AS window_start_ms, toUnixTimestamp64Milli(window_end) AS window_end_ms,
  toUnixTimestamp64Milli(part_start) AS part_start_ms,
  tariff_id, tariff_version, component, tier, currency, unit, quantity, from_quantity, to_quantity, price_from, price_to, amount, state,
  price_no, toString(record.shape) AS shape
FROM billing_record AS record
WHERE period = {period:String} AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
  AND record.usage_record_id = {usage_record_id:UInt128} AND toUnixTimestamp64Milli(part_start) = {part_start_ms:Int64}
  AND tier = {tier:UInt16} AND component = {component:String}
LIMIT 1
