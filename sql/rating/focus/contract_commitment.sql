-- Writes the Contract Commitment dataset of FOCUS: the monthly commitments that lines of the month are by.
-- Params  path, format String                  the file, and what the engine calls its format
-- Params  period String                        the month
-- Params  export_id String, part, parts UInt32 what was laid out for it; of so many parts this one, from 0
-- Params  provider String, now_ms Int64        who sells where no document says it; when it is written
-- Rows    none
-- Why     the promise, not what was used of it; each month is a term of its own, since each is settled by itself
INSERT INTO FUNCTION file({path:String}, {format:String})
SELECT any(line.currency) AS BillingCurrency, toJSONString(map(if(any(line.scope) = 'payer', 'IsGlobalScope', 'IsComplexScope'), true)) AS ContractCommitmentApplicability,
  'Other' AS ContractCommitmentBenefitCategory, 'Spend' AS ContractCommitmentCategory, as_pico(whole_of(any(line.threshold)) * toInt256(1000)) AS ContractCommitmentCost,
  any(payer.starts) AS ContractCommitmentCreated, any(line.description) AS ContractCommitmentDescription, CAST(NULL, 'Nullable(Decimal(38, 12))') AS ContractCommitmentDiscountPercentage,
  '1 Month' AS ContractCommitmentDurationType, 'Monthly' AS ContractCommitmentFulfillmentInterval, concat(line.rate_card_id, '/', line.charge_id, '/', line.account_id) AS ContractCommitmentId,
  fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC') AS ContractCommitmentLastUpdated,
  if(any(payer.ends) <= fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), 'Expired', 'Active') AS ContractCommitmentLifecycleStatus, 'Discontinuous' AS ContractCommitmentModel,
  'Negotiated' AS ContractCommitmentOfferCategory, 'Monthly' AS ContractCommitmentPaymentInterval, 'No Upfront' AS ContractCommitmentPaymentModel,
  any(payer.ends) AS ContractCommitmentPeriodEnd, any(payer.starts) AS ContractCommitmentPeriodStart, CAST(NULL, 'Nullable(Decimal(38, 12))') AS ContractCommitmentQuantity,
  'Monthly spend' AS ContractCommitmentType, CAST(NULL, 'Nullable(String)') AS ContractCommitmentUnit, ContractCommitmentId AS ContractId,
  ContractCommitmentPeriodEnd AS ContractPeriodEnd, ContractCommitmentPeriodStart AS ContractPeriodStart, any(if(document.issuer = '', {provider:String}, document.issuer)) AS InvoiceIssuerName, InvoiceIssuerName AS ServiceProviderName
FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS line
INNER JOIN (SELECT * FROM scratch_export_month WHERE export_id = {export_id:String}) AS payer ON payer.account_id = line.payer_account_id AND payer.month = {period:String}
LEFT JOIN export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document ON document.run_seq = line.run_seq AND document.statement_id = line.statement_id
WHERE line.line_kind = 'commitment' AND line.is_later = 0
GROUP BY line.rate_card_id, line.charge_id, line.account_id
ORDER BY ContractCommitmentId
