-- Totals of a rating run per currency.
-- Params  run_seq UInt64, period String
-- Rows    currency String, statements, lines, records, unrated_lines UInt64, exact_amount, amount Decimal(76, 9)
-- Why     from the lines, so that what a run says of itself is what its statements say. A sum of the engine wraps without a word, so
--         it is wider than any number of lines can fill (P9)
SELECT currency, uniqExact(payer_account_id) AS statements, count() AS lines, sum(statement_line.records) AS records,
  countIf(kind = 'unrated') AS unrated_lines, sum(toDecimal256(statement_line.exact_amount, 9)) AS exact_amount,
  sum(toDecimal256(statement_line.amount, 9)) AS amount
FROM statement_line
WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
GROUP BY currency
ORDER BY currency
