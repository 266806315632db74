-- Writes a month's entries of the ledger to a file.
-- Params  path, format String                  the file, and what the engine calls its format
-- Params  period, payer String, part, parts UInt32   '' = all payers; of so many parts this one, from 0
-- Rows    none
-- Why     debit and credit in columns of their own, as ledgers take them in; amount has both, debit positive
INSERT INTO FUNCTION file({path:String}, {format:String})
SELECT entry.booked_at AS booked_at, entry.posting_id AS posting_id, entry.entry AS entry, toString(entry.kind) AS kind, toString(entry.ledger_account) AS ledger_account,
  entry.payer_account_id AS payer_account_id, payer.name AS payer_name, toString(entry.currency) AS currency, {period:String} AS period,
  if(entry.amount > 0, entry.amount, toDecimal128(0, 9)) AS debit, if(entry.amount < 0, -entry.amount, toDecimal128(0, 9)) AS credit, entry.amount AS amount,
  nullIf(entry.statement_id, '') AS statement_id, nullIf(document.number, '') AS statement_number, nullIf(entry.reference, '') AS reference
FROM exported_entry(period = {period:String}, payer = {payer:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS entry
LEFT ANY JOIN (SELECT account_id AS paying, name FROM current_account) AS payer ON payer.paying = entry.payer_account_id
LEFT ANY JOIN (SELECT statement_id AS of_statement, number FROM issued_document) AS document ON document.of_statement = entry.statement_id
ORDER BY booked_at, posting_id, entry
