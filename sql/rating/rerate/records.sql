-- A page of what a rating run made otherwise, usage record by usage record: reversals and new rows.
-- Params  run_seq UInt64, period String
-- Params  account_ids Array(String)                                                                        empty = all
-- Params  after_account, after_resource String, after_type UInt16, after_ms Int64, after_record UInt128    key of the last usage record; after_account '' = first page
-- Params  limit UInt32                                                                                     usage records, each with all its rows
-- Rows    entry, reversal_id and the columns of billing records; a reversal's quantity and amount are negative
-- Why     what was one record may be several now, or none, so they are shown by the usage record that they price
SELECT entry, reversal_id, period, payer_account_id, account_id, record.usage_record_id AS usage_record_no,
  concat('ur_', lower(hex(record.usage_record_id))) AS usage_record_id, usage_type, resource, part,
  toUnixTimestamp64Milli(window_start) AS window_start_ms, toUnixTimestamp64Milli(window_end) AS window_end_ms,
  toUnixTimestamp64Milli(part_start) AS part_start_ms,
  tariff_id, tariff_version, component, tier, currency, unit, quantity, from_quantity, to_quantity, price_from, price_to, amount, state
FROM rerated_record AS record
WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
  AND (account_id, usage_type, resource, window_start, record.usage_record_id) IN (
    SELECT DISTINCT account_id, usage_type, resource, window_start, rerated_record.usage_record_id
    FROM rerated_record
    WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
      AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
      AND ({after_account:String} = '' OR (
        account_id >= {after_account:String}
        AND (account_id, usage_type, resource, toUnixTimestamp64Milli(window_start), rerated_record.usage_record_id)
          > ({after_account:String}, {after_type:UInt16}, {after_resource:String}, {after_ms:Int64}, {after_record:UInt128})))
    ORDER BY account_id, usage_type, resource, window_start, rerated_record.usage_record_id
    LIMIT {limit:UInt32}
  )
ORDER BY account_id, usage_type, resource, window_start, record.usage_record_id, entry DESC, part_start, component, tier
