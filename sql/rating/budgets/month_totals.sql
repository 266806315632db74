-- What a month comes to by the lines of a rating run, per account and currency.
-- Params  period String, run_seq UInt64
-- Rows    account_id, payer_account_id, currency String, amount Decimal(76, 9)
-- Why     from the lines as they were rounded: a budget is held against what is billed for the month. Corrections
--         of earlier ones are of those. Wider than any number of lines can fill (P9)
SELECT account_id, payer_account_id, toString(statement_line.currency) AS currency, sum(toDecimal256(statement_line.amount, 9)) AS amount
FROM statement_line
WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND kind != 'adjustment'
GROUP BY account_id, payer_account_id, currency
ORDER BY account_id, payer_account_id, currency
