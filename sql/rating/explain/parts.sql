-- What each part of a usage record came to over all tiers of its tariff.
-- Params  period String, run_seq UInt64
-- Params  account_id, tariff_id, component String, usage_type UInt16
-- Params  window_starts Array(Int64), usage_record_ids Array(UInt128), part_starts Array(Int64)   one of each a part
-- Rows    usage_record_no, part_start_ms Int64, quantity, from_quantity, to_quantity Int256, amount Decimal(38, 9), tiers UInt64
-- Why     a record on a border of tiers is as many billing records; only together do they stand for its slices
SELECT toString(record.usage_record_id) AS usage_record_no, toUnixTimestamp64Milli(record.part_start) AS part_start_ms,
  sum(record.quantity) AS quantity, min(record.from_quantity) AS from_quantity, max(record.to_quantity) AS to_quantity,
  sum(record.amount) AS amount, count() AS tiers
FROM billing_record AS record
WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
  AND account_id = {account_id:String} AND tariff_id = {tariff_id:String} AND usage_type = {usage_type:UInt16} AND component = {component:String}
  AND window_start IN (SELECT fromUnixTimestamp64Milli(arrayJoin({window_starts:Array(Int64)}), 'UTC'))
  AND (record.usage_record_id, toUnixTimestamp64Milli(record.part_start))
    IN (
      SELECT {usage_record_ids:Array(UInt128)}[no], {part_starts:Array(Int64)}[no]
      FROM (SELECT arrayJoin(arrayEnumerate({usage_record_ids:Array(UInt128)})) AS no)
    )
GROUP BY usage_record_no, part_start_ms
