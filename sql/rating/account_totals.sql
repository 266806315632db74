-- What a rating run comes to per account and currency.
-- Params  period String, run_seq UInt64
-- Params  accounts Array(String)   empty = all
-- Rows    account_id, payer_account_id, currency String, amount Decimal(76, 9)
-- Why     from the lines, as they were rounded, so that a preview differs from a bill by what the bill would change; what it corrects of
--         earlier months is not of this month's prices
SELECT account_id, payer_account_id, currency, sum(toDecimal256(statement_line.amount, 9)) AS amount
FROM statement_line
WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND kind != 'adjustment'
  AND (empty({accounts:Array(String)}) OR account_id IN {accounts:Array(String)})
GROUP BY account_id, payer_account_id, currency
ORDER BY account_id, payer_account_id, currency
