-- The closings of some payers that count, oldest first.
-- Params  payer_account_ids Array(String)   empty = all
-- Rows    payer_account_id, period, run_id String, run_seq UInt64, closed_ms Int64 (Unix ms UTC), closed_by, reason, overrides, bound String
-- Why     who closed a period, when, and over which findings, is shown with it for ever
SELECT payer_account_id, toString(period) AS period, any(closed_period.run_id) AS run_id, run_seq,
  toUnixTimestamp64Milli(any(closed_at)) AS closed_ms, any(closed_period.closed_by) AS closed_by,
  any(closed_period.reason) AS reason, any(closed_period.overrides) AS overrides, any(closed_period.bound) AS bound
FROM closed_period
WHERE empty({payer_account_ids:Array(String)}) OR payer_account_id IN {payer_account_ids:Array(String)}
GROUP BY payer_account_id, period, run_seq
ORDER BY payer_account_id, period, run_seq
