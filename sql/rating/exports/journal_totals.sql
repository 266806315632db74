-- What the entries of the ledger that were booked in a month add up to, by currency and account, and how many there are.
-- Params  from_ms, to_ms Int64, payer String, part, parts UInt32
-- Rows    currency, ledger_account, entries, amount, unbalanced   postings of the currency that do not sum to zero
-- Why     double entry: nothing leaves that does not balance; and a file has the ledger's rows, all of them, once
WITH entry AS (
  SELECT * FROM exported_entry(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, payer = {payer:String}, part = {part:UInt32}, parts = {parts:UInt32})
)
SELECT booked.currency AS currency, ledger_account, toString(entries) AS entries, toString(amount) AS amount, toString(off.postings) AS unbalanced
FROM (
  SELECT entry.currency AS currency, entry.ledger_account AS ledger_account, count() AS entries, sum(toDecimal256(entry.amount, 9)) AS amount
  FROM entry
  GROUP BY currency, ledger_account
) AS booked
LEFT JOIN (
  SELECT off_currency, count() AS postings
  FROM (
    SELECT entry.posting_id AS posting_id, entry.currency AS off_currency, sum(toDecimal256(entry.amount, 9)) AS amount
    FROM entry GROUP BY posting_id, off_currency HAVING amount != 0
  )
  GROUP BY off_currency
) AS off ON off.off_currency = booked.currency
ORDER BY currency, ledger_account
