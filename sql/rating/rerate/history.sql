-- What re-ratings reversed and set anew of a usage record, oldest first, with who asked for them, when and why.
-- Params  period String
-- Params  usage_record_id UInt128
-- Rows    run_id, asked_by, reason String, asked_ms Int64, former_id String: the run whose records were reversed; entry, reversal_id and the columns of billing records
-- Why     published runs alone: what a dry or failed one wrote never counted
SELECT run.run_id AS run_id, run.asked_by AS asked_by, run.reason AS reason, toUnixTimestamp64Milli(run.began_at) AS asked_ms, former.run_id AS former_id,
  entry, reversal_id, record.period AS period, payer_account_id, account_id, record.usage_record_id AS usage_record_no,
  concat('ur_', lower(hex(record.usage_record_id))) AS usage_record_id, usage_type, resource, part,
  toUnixTimestamp64Milli(window_start) AS window_start_ms, toUnixTimestamp64Milli(window_end) AS window_end_ms,
  toUnixTimestamp64Milli(part_start) AS part_start_ms,
  tariff_id, tariff_version, component, tier, currency, unit, quantity, from_quantity, to_quantity, price_from, price_to, amount, record.state AS state
FROM rerated_record AS record
INNER JOIN (SELECT run_seq AS asked_seq, run_id, asked_by, reason, began_at FROM current_run WHERE kind = 'rate') AS run ON run.asked_seq = record.run_seq
INNER JOIN (SELECT run_seq AS reversed_seq, run_id FROM current_run WHERE kind = 'rate') AS former ON former.reversed_seq = record.former_seq
WHERE record.period = {period:String} AND record.usage_record_id = {usage_record_id:UInt128}
  AND record.run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'rate')
ORDER BY record.run_seq, entry DESC, part_start, component, tier
