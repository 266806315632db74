-- Writes the Billing Period dataset of FOCUS 1.4: the month of each issuer, which payers in other zones begin at another instant.
-- Params  path, format String                  the file, and what the engine calls its format
-- Params  period String                        the month
-- Params  export_id String, part, parts UInt32 what was laid out for it; of so many parts this one, from 0
-- Params  provider String, now_ms Int64        who sells where no document says it; when it is written
-- Rows    none
-- Why     closed once all of its statements are final: from then on no row of it changes
INSERT INTO FUNCTION file({path:String}, {format:String})
SELECT any(payer.ends) AS BillingPeriodCreated, payer.ends AS BillingPeriodEnd, fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC') AS BillingPeriodLastUpdated,
  payer.starts AS BillingPeriodStart, if(countIf(statement.run_seq = 0) = 0, 'Closed', 'Open') AS BillingPeriodStatus, if(document.issuer = '', {provider:String}, document.issuer) AS InvoiceIssuerName
FROM (SELECT DISTINCT run_seq, statement_id, payer_account_id FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32})) AS statement
INNER JOIN (SELECT * FROM scratch_export_month WHERE export_id = {export_id:String}) AS payer ON payer.account_id = statement.payer_account_id AND payer.month = {period:String}
LEFT JOIN export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document ON document.run_seq = statement.run_seq AND document.statement_id = statement.statement_id
GROUP BY BillingPeriodStart, BillingPeriodEnd, InvoiceIssuerName
ORDER BY BillingPeriodStart, InvoiceIssuerName
