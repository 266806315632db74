-- What the statements of one rating run come to; one row per currency, by its code.
-- Params  period String, run_seq UInt64, payer_account_id String   '' = all payers
-- Rows    currency String, statements UInt64, net Decimal(76, 9), unrated_records UInt64
-- Why     the first page shows sums over all payers, and reading their statements one by one would cost more with each payer
SELECT currency, uniqExact(payer_account_id) AS statements, sum(toDecimal256(amount, 9)) AS net, sumIf(records, kind = 'unrated') AS unrated_records
FROM statement_line
WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
  AND (empty({payer_account_id:String}) OR payer_account_id = {payer_account_id:String})
GROUP BY currency
ORDER BY currency
