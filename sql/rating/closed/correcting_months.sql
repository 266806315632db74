-- The last months that payers have closed, and had closed when a run wrote, from a month on.
-- Params  period String, run_seq UInt64
-- Rows    closed String
-- Why     what the run wrote late to that month is corrected on the month after one of these; few, since payers close the same months
SELECT DISTINCT closed
FROM (
  SELECT max(toString(closed_period.period)) AS closed FROM closed_period GROUP BY payer_account_id
  UNION ALL
  SELECT max(toString(closed_period.period)) AS closed FROM closed_period WHERE run_seq < {run_seq:UInt64} GROUP BY payer_account_id
)
WHERE closed >= {period:String}
ORDER BY closed
