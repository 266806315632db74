-- Payers whose bill of a closed month and its adjustments do not add up to that month rated whole again; none when the run may be published.
-- Params  run_seq UInt64, period String          the run, and the month on whose statements the adjustments are
-- Params  of_period, former, restated String     the closed month, and under which periods its lines lie
-- Rows    payer_account_id, currency String, exact, amount Decimal(76, 9)   what is missing
-- Why     summed from the lines as they were written, line by line of each state, another way than the differences were taken (P10)
SELECT payer_account_id, currency, sum(toDecimal256(weight * line.exact_amount, 9)) AS exact, sum(toDecimal256(weight * line.amount, 9)) AS amount
FROM (
  SELECT payer_account_id, currency, exact_amount, amount,
    multiIf(kind = 'adjustment', toInt64(1), period = {former:String}, toInt64(1), toInt64(-1)) AS weight
  FROM statement_line
  WHERE run_seq = {run_seq:UInt64}
    AND (period IN ({former:String}, {restated:String}) OR (period = {period:String} AND kind = 'adjustment' AND adjusts_period = {of_period:String}))
) AS line
GROUP BY payer_account_id, currency
HAVING exact != 0 OR amount != 0
ORDER BY payer_account_id, currency
