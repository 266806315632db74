-- Writes the Invoice Detail dataset of FOCUS 1.4: what each line of the month's documents comes to.
-- Params  path, format String                  the file, and what the engine calls its format
-- Params  period String                        the month
-- Params  export_id String, part, parts UInt32 what was laid out for it; of so many parts this one, from 0
-- Params  provider String, now_ms Int64        who sells where no document says it; when it is written
-- Rows    none
-- Why     from the lines, not from the rows of use, so that one can be held to the other; terms are the days until payment is due
INSERT INTO FUNCTION file({path:String}, {format:String})
WITH
detail AS (
  SELECT run_seq, statement_id, payer_account_id, concat('line/', toString(line)) AS detail, if(charged_as IN ('usage', 'unrated'), 'Usage', 'Adjustment') AS category,
    description, of_rows AS billed
  FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32})
  WHERE line_kind IN ('usage', 'unrated') AND is_later = 0
  UNION ALL
  SELECT run_seq, statement_id, payer_account_id, concat('line/', toString(line)), category, description, billed FROM focus_charge(period = {period:String}, export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32})
  UNION ALL
  SELECT run_seq, statement_id, payer_account_id, 'rounding', 'Adjustment', 'Rounding of lines', billed FROM focus_rounding(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32})
  UNION ALL
  SELECT run_seq, statement_id, payer_account_id, detail, category, description, billed FROM focus_settlement(period = {period:String}, export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32})
)
SELECT as_pico(detail.billed * toInt256(1000)) AS BilledCost, detail.payer_account_id AS BillingAccountId, document.currency AS BillingCurrency,
  payer.ends AS BillingPeriodEnd, payer.starts AS BillingPeriodStart, detail.category AS ChargeCategory,
  ifNull(toDateTime64(parseDateTimeBestEffortOrNull(document.issued_on, 'UTC'), 3, 'UTC'), payer.ends) AS InvoiceDetailCreated, replaceAll(detail.description, ' · ', ', ') AS InvoiceDetailDescription, CAST(NULL, 'Nullable(String)') AS InvoiceDetailGrain,
  concat(document.number, '/', detail.detail) AS InvoiceDetailId, fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC') AS InvoiceDetailLastUpdated, document.number AS InvoiceId,
  toDateTime64(parseDateTimeBestEffortOrNull(document.issued_on, 'UTC'), 3, 'UTC') AS InvoiceIssueDate,
  if(document.statement_id IN (SELECT reverses FROM issued_document), 'Voided', 'Issued') AS InvoiceIssueStatus, if(document.issuer = '', {provider:String}, document.issuer) AS InvoiceIssuerName,
  toDateTime64(parseDateTimeBestEffortOrNull(document.due_on, 'UTC'), 3, 'UTC') AS PaymentDueDate,
  ifNull(concat('Net ', toString(dateDiff('day', toDateTime64(parseDateTimeBestEffortOrNull(document.issued_on, 'UTC'), 3, 'UTC'), toDateTime64(parseDateTimeBestEffortOrNull(document.due_on, 'UTC'), 3, 'UTC'))), ' days'), 'Due on receipt') AS PaymentTerms,
  nullIf(document.purchase_order, '') AS PurchaseOrderNumber,
  if(corrected.number = '', document.number, corrected.number) AS ReferenceInvoiceId
FROM detail
INNER JOIN export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document ON document.run_seq = detail.run_seq AND document.statement_id = detail.statement_id
LEFT JOIN (SELECT * FROM scratch_export_month WHERE export_id = {export_id:String}) AS payer ON payer.account_id = detail.payer_account_id AND payer.month = {period:String}
LEFT ANY JOIN (SELECT statement_id AS of_statement, number FROM issued_document ORDER BY run_seq) AS corrected
  ON corrected.of_statement = document.corrects
ORDER BY InvoiceId, InvoiceDetailId
