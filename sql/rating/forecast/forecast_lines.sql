-- What a rating run comes to line by line, as far as lines of two runs can be told to be the same.
-- Params  period String, run_seq UInt64
-- Rows    payer_account_id, account_id, currency, kind, usage_type, tariff_id, component, tier, charge_id, description, unit, unit_base,
--         quantity Int256, amount Decimal(76, 9)
-- Why     from the lines as they were rounded, so that a forecast of a month that is over is its bill. Line numbers and versions differ
--         from run to run, and several versions may be more than one line can hold (P9)
SELECT payer_account_id, account_id, toString(any(statement_line.currency)) AS currency, kind, usage_type, tariff_id, component, tier, charge_id, description,
  toString(any(statement_line.unit)) AS unit, any(statement_line.unit_base) AS unit_base, sum(statement_line.quantity) AS quantity, sum(toDecimal256(statement_line.amount, 9)) AS amount
FROM statement_line
WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
GROUP BY payer_account_id, account_id, kind, usage_type, tariff_id, component, tier, charge_id, description
ORDER BY payer_account_id, account_id, min(line), kind, usage_type, tariff_id, component, tier, charge_id, description
