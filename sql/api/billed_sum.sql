-- What the billing records of one rating run come to; one row per currency, by its code.
-- Params  period String, run_seq UInt64
-- Rows    currency String, records UInt64, amount Decimal(76, 9)
-- Why     added up from the records themselves, so that it can be held against the sum of the statement lines (P10)
SELECT currency, count() AS records, sum(toDecimal256(billing_record.amount, 9)) AS amount
FROM billing_record
WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
GROUP BY currency
ORDER BY currency
