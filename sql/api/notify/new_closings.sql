-- Periods payers closed since an instant.
-- Params  since_ms Int64
-- Rows    payer_account_id, period, run_id String, accounts UInt64, closed_ms Int64 (Unix ms UTC)
-- Why     told from what is stored, so no crash loses it
SELECT payer_account_id, toString(closed_period.period) AS period, any(closed_period.run_id) AS run_id, uniqExactIf(closed_period.account_id, closed_period.account_id != '') AS accounts,
  toUnixTimestamp64Milli(min(closed_period.closed_at)) AS closed_ms
FROM closed_period
WHERE closed_period.closed_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
GROUP BY payer_account_id, period
ORDER BY closed_ms, payer_account_id, period
