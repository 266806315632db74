-- What a month's entries of the ledger add up to, by currency, and how many there are.
-- Params  period, payer String, part, parts UInt32
-- Rows    currency, entries, unbalanced   postings that do not sum to zero
-- Why     double entry: nothing leaves that does not balance
SELECT currency, toString(sum(entries)) AS entries, toString(countIf(amount != 0)) AS unbalanced
FROM (
  SELECT posting_id, toString(entry.currency) AS currency, count() AS entries, sum(entry.amount) AS amount
  FROM exported_entry(period = {period:String}, payer = {payer:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS entry
  GROUP BY posting_id, currency
)
GROUP BY currency
