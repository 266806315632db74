-- Writes the entries of the ledger that were booked in a month to a file.
-- Params  path, format String                  the file, and what the engine calls its format
-- Params  period String, from_ms, to_ms Int64  the month, and its bounds, Unix ms UTC
-- Params  payer String, part, parts UInt32     '' = all payers; of so many parts this one, from 0
-- Rows    none
-- Why     debit and credit in columns of their own, as ledgers take them in; amount has both, debit positive. usage_period is the month an
--         entry is of, period the one it was booked in. Names are those of the end of the month, so that the same month is the same rows later
INSERT INTO FUNCTION file({path:String}, {format:String})
SELECT entry.booked_at AS booked_at, entry.posting_id AS posting_id, entry.entry AS entry, toString(entry.kind) AS kind, toString(entry.ledger_account) AS ledger_account,
  entry.payer_account_id AS payer_account_id, payer.name AS payer_name, toString(entry.currency) AS currency, {period:String} AS period,
  if(entry.amount > 0, entry.amount, toDecimal128(0, 9)) AS debit, if(entry.amount < 0, -entry.amount, toDecimal128(0, 9)) AS credit, entry.amount AS amount,
  nullIf(entry.statement_id, '') AS statement_id, nullIf(document.number, '') AS statement_number, nullIf(entry.reference, '') AS reference,
  nullIf(entry.period, '') AS usage_period
FROM exported_entry(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, payer = {payer:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS entry
LEFT ANY JOIN (
  SELECT account_id AS paying, name FROM account
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence) AND changed_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  ORDER BY account_id, fence DESC, version DESC LIMIT 1 BY account_id
) AS payer ON payer.paying = entry.payer_account_id
LEFT ANY JOIN (SELECT statement_id AS of_statement, number FROM issued_document) AS document ON document.of_statement = entry.statement_id
ORDER BY booked_at, posting_id, entry
