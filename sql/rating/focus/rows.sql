-- Writes the rows of a FOCUS Cost and Usage dataset to a file, all columns of all versions; who asks takes those of one (rating/focus/columns.ts).
-- Params  path, format String                     the file, and what the engine calls its format
-- Params  period String, rating_seq UInt64        the month, and the rating run that counts
-- Params  export_id String, part, parts UInt32 what was laid out for it; of so many parts this one, from 0
-- Params  provider String                      who sells where no document says it
-- Rows    none
-- Why     one pass of the engine from billing records to the file: rows of use as they were priced, all else by the line; nothing is worked out
--         again but list and contracted costs, which are price times quantity as they are shown. A correction has no price: it may be of several tiers, or of
--         rounding alone; what was used more or less is in x_CorrectedQuantity. It is billed in the month it was issued in, and charged in the one it is of
INSERT INTO FUNCTION file({path:String}, {format:String})
WITH
charge AS (
  SELECT run_seq, statement_id, concat('line/', toString(line)) AS detail, payer_account_id, toNullable(account_id) AS account_id, currency, 'Usage' AS category,
    CAST(NULL, 'Nullable(String)') AS class, 'Usage-Based' AS frequency, description, part_start AS starts,
    if(cut_at = 0, window_end, fromUnixTimestamp64Milli(cut_at, 'UTC')) AS ends, billed,
    toNullable(list_price) AS list_price, toNullable(contracted_price) AS contracted_price, toNullable(priced_quantity) AS priced_quantity,
    toNullable(if(line_kind = 'unrated', consumed_unit, focus_unit_of(unit, noun, if(packaged, size, '')))) AS priced_unit,
    toNullable(if(line_kind = 'unrated' OR pooled = 1, 'Other', 'Standard')) AS pricing_category,
    toNullable(half_away(used * toInt256('1000000000000'), consumed_base)) AS consumed, toNullable(consumed_unit) AS consumed_unit,
    toNullable(own_sku) AS sku, toNullable(meter) AS sku_meter,
    toNullable(if(line_kind = 'unrated', concat(own_sku, '/unrated/', currency), concat(own_sku, '/', card, '/', tariff_id, '@', toString(tariff_version), '/', toString(tier), '/', currency))) AS sku_price,
    toNullable(if(line_kind = 'unrated', toJSONString(map('x_Unrated', true)), toJSONString(CAST((component, tier), 'Tuple(x_Component String, x_Tier UInt16)')))) AS sku_details,
    service, service_category, subcategory, nullIf(zone, '') AS zone, toNullable(resource) AS resource, nullIf(resource_name, '') AS resource_name,
    toNullable(resource_type) AS resource_type, toNullable(tags) AS tags,
    toNullable(billing_record_id_of({period:String}, usage_record_id, part_start, tier, component)) AS billing_record,
    toNullable(concat('ur_', lower(hex(usage_record_id)))) AS usage_record, toNullable(usage_type) AS usage_type, toNullable(window_start) AS window_starts,
    toNullable(window_end) AS window_ends, nullIf(project, '') AS project, nullIf(resource_part, '') AS resource_part, toNullable(line) AS line,
    nullIf('', '') AS corrected, CAST(NULL, 'Nullable(UInt32)') AS corrected_line, CAST(NULL, 'Nullable(String)') AS commitment,
    CAST(NULL, 'Nullable(Int256)') AS corrected_quantity, CAST(NULL, 'Nullable(String)') AS corrected_unit
  FROM focus_usage(period = {period:String}, rating_seq = {rating_seq:UInt64}, export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32})
  UNION ALL
  SELECT run_seq, statement_id, concat('line/', toString(line)), payer_account_id, if(scope = 'payer', NULL, account_id), currency, category,
    if(is_correction = 1, 'Correction', NULL), multiIf(category = 'Usage', 'Usage-Based', category = 'Purchase', 'Recurring', 'One-Time'), description, starts, ends, billed,
    if(category = 'Purchase' AND is_correction = 0, rounded * toInt256(1000000000), NULL), if(category = 'Purchase' AND is_correction = 0, billed * toInt256(1000000000), NULL),
    if(category = 'Purchase' AND is_correction = 0, toInt256('1000000000000'), NULL), if(category = 'Purchase' AND is_correction = 0, 'Months', NULL),
    if(category = 'Purchase' AND is_correction = 0, 'Standard', NULL),
    NULL, NULL,
    multiIf(category = 'Usage', sku, category = 'Purchase', concat('charge.', charge_id), NULL),
    multiIf(category = 'Usage', meter, category = 'Purchase', 'Fee', NULL),
    if(category = 'Purchase' AND is_correction = 0, concat('charge.', charge_id, '/', rate_card_id, '@', toString(charge_version), '/', toString(days), '-of-', toString(of_days), '/', currency), NULL),
    NULL,
    multiIf(category = 'Usage', service, category = 'Purchase', 'Support Plans', 'Account Charges'),
    multiIf(category = 'Usage', service_category, category = 'Purchase', 'Management and Governance', 'Other'),
    multiIf(category = 'Usage', subcategory, category = 'Purchase', 'Support', 'Other (Other)'),
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, if(category = 'Usage', usage_type, NULL), NULL, NULL, NULL, NULL, line,
    multiIf(is_later = 1, corrects, line_kind = 'adjustment', corrected_id, NULL),
    if(adjusts_line = 0, NULL, adjusts_line), if(charged_as = 'commitment' AND is_correction = 0, concat(rate_card_id, '/', charge_id, '/', account_id), NULL),
    if(category = 'Usage', half_away(quantity * toInt256('1000000000000'), consumed_base), NULL), if(category = 'Usage', consumed_unit, NULL)
  FROM focus_charge(period = {period:String}, export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS charged
  LEFT JOIN (SELECT * FROM scratch_export_month WHERE export_id = {export_id:String}) AS lived
    ON lived.account_id = charged.account_id AND lived.month = charged.of_month
  UNION ALL
  SELECT run_seq, statement_id, 'rounding', payer_account_id, NULL, currency, 'Adjustment', NULL, 'One-Time', 'Rounding of lines', starts, ends, billed,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'Account Charges', 'Other', 'Other (Other)',
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM focus_rounding(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS statement
  LEFT JOIN (SELECT * FROM scratch_export_month WHERE export_id = {export_id:String}) AS lived
    ON lived.account_id = statement.payer_account_id AND lived.month = {period:String}
  UNION ALL
  SELECT run_seq, statement_id, detail, payer_account_id, NULL, currency, category, if(is_later = 1, 'Correction', NULL), 'One-Time', description, starts, ends, billed,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'Account Charges', 'Other', 'Other (Other)',
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, nullIf(if(is_later = 1, corrects, ''), ''), NULL, NULL, NULL, NULL
  FROM focus_settlement(period = {period:String}, export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS settled
  LEFT JOIN (SELECT * FROM scratch_export_month WHERE export_id = {export_id:String}) AS lived
    ON lived.account_id = settled.payer_account_id AND lived.month = settled.of_month
)
SELECT
  CAST(NULL, 'Nullable(String)') AS AllocatedMethodDetails,
  CAST(NULL, 'Nullable(String)') AS AllocatedMethodId,
  CAST(NULL, 'Nullable(String)') AS AllocatedResourceId,
  CAST(NULL, 'Nullable(String)') AS AllocatedResourceName,
  CAST(NULL, 'Nullable(String)') AS AllocatedTags,
  charge.zone AS AvailabilityZone,
  as_pico(charge.billed * toInt256(1000)) AS BilledCost,
  charge.payer_account_id AS BillingAccountId,
  if(payer.name = '', charge.payer_account_id, payer.name) AS BillingAccountName,
  'Account' AS BillingAccountType,
  charge.currency AS BillingCurrency,
  payer.ends AS BillingPeriodEnd,
  payer.starts AS BillingPeriodStart,
  CAST(NULL, 'Nullable(String)') AS CapacityReservationId,
  CAST(NULL, 'Nullable(String)') AS CapacityReservationStatus,
  charge.category AS ChargeCategory,
  charge.class AS ChargeClass,
  replaceAll(charge.description, ' · ', ', ') AS ChargeDescription,
  charge.frequency AS ChargeFrequency,
  charge.ends AS ChargePeriodEnd,
  charge.starts AS ChargePeriodStart,
  CAST(NULL, 'Nullable(String)') AS CommitmentDiscountCategory,
  CAST(NULL, 'Nullable(String)') AS CommitmentDiscountId,
  CAST(NULL, 'Nullable(String)') AS CommitmentDiscountName,
  CAST(NULL, 'Nullable(Decimal(38, 12))') AS CommitmentDiscountQuantity,
  CAST(NULL, 'Nullable(String)') AS CommitmentDiscountStatus,
  CAST(NULL, 'Nullable(String)') AS CommitmentDiscountType,
  CAST(NULL, 'Nullable(String)') AS CommitmentDiscountUnit,
  CAST(NULL, 'Nullable(String)') AS CommitmentProgramEligibilityDetails,
  if(charge.consumed IS NULL, NULL, as_pico(assumeNotNull(charge.consumed))) AS ConsumedQuantity,
  charge.consumed_unit AS ConsumedUnit,
  if(charge.commitment IS NULL, NULL, concat('{', toJSONString('Elements'), ':[{', toJSONString('ContractId'), ':', toJSONString(assumeNotNull(charge.commitment)), ',',
    toJSONString('ContractCommitmentId'), ':', toJSONString(assumeNotNull(charge.commitment)), ',', toJSONString('ContractCommitmentAppliedCost'), ':', toString(BilledCost), '}]}')) AS ContractApplied,
  if(charge.contracted_price IS NULL, BilledCost, as_pico(half_away(assumeNotNull(charge.contracted_price) * assumeNotNull(charge.priced_quantity), toInt256('1000000000000000000')))) AS ContractedCost,
  if(charge.contracted_price IS NULL, NULL, as_atto(assumeNotNull(charge.contracted_price))) AS ContractedUnitPrice,
  BilledCost AS EffectiveCost,
  ServiceProviderName AS HostProviderName,
  if(document.number = '', NULL, concat(document.number, '/', charge.detail)) AS InvoiceDetailId,
  nullIf(document.number, '') AS InvoiceId,
  if(document.issuer = '', {provider:String}, document.issuer) AS InvoiceIssuerName,
  if(charge.list_price IS NULL, BilledCost, as_pico(half_away(assumeNotNull(charge.list_price) * assumeNotNull(charge.priced_quantity), toInt256('1000000000000000000')))) AS ListCost,
  if(charge.list_price IS NULL, NULL, as_atto(assumeNotNull(charge.list_price))) AS ListUnitPrice,
  charge.pricing_category AS PricingCategory,
  charge.currency AS PricingCurrency,
  ContractedUnitPrice AS PricingCurrencyContractedUnitPrice,
  EffectiveCost AS PricingCurrencyEffectiveCost,
  ListUnitPrice AS PricingCurrencyListUnitPrice,
  if(charge.priced_quantity IS NULL, NULL, as_pico(assumeNotNull(charge.priced_quantity))) AS PricingQuantity,
  charge.priced_unit AS PricingUnit,
  InvoiceIssuerName AS ProviderName,
  InvoiceIssuerName AS PublisherName,
  charge.zone AS RegionId,
  if(charge.zone IS NULL, NULL, if(zone.name = '', charge.zone, zone.name)) AS RegionName,
  charge.resource AS ResourceId,
  charge.resource_name AS ResourceName,
  charge.resource_type AS ResourceType,
  charge.service_category AS ServiceCategory,
  charge.service AS ServiceName,
  InvoiceIssuerName AS ServiceProviderName,
  charge.subcategory AS ServiceSubcategory,
  charge.sku AS SkuId,
  charge.sku_meter AS SkuMeter,
  charge.sku_details AS SkuPriceDetails,
  charge.sku_price AS SkuPriceId,
  charge.account_id AS SubAccountId,
  if(charge.account_id IS NULL, NULL, if(account.name = '', charge.account_id, account.name)) AS SubAccountName,
  if(charge.account_id IS NULL, NULL, if(account.kind = 'project', 'Project', 'Account')) AS SubAccountType,
  charge.tags AS Tags,
  charge.billing_record AS x_BillingRecordId,
  nullIf(corrected.number, '') AS x_CorrectedInvoiceId,
  charge.corrected_line AS x_CorrectedLine,
  if(charge.corrected_quantity IS NULL, NULL, as_pico(assumeNotNull(charge.corrected_quantity))) AS x_CorrectedQuantity,
  charge.corrected AS x_CorrectedStatementId,
  charge.corrected_unit AS x_CorrectedUnit,
  charge.project AS x_ProjectId,
  charge.resource_part AS x_ResourcePart,
  charge.statement_id AS x_StatementId,
  charge.line AS x_StatementLine,
  charge.usage_record AS x_UsageRecordId,
  charge.usage_type AS x_UsageTypeId,
  charge.window_ends AS x_WindowEnd,
  charge.window_starts AS x_WindowStart
FROM charge
LEFT JOIN (SELECT * FROM scratch_export_month WHERE export_id = {export_id:String}) AS payer
  ON payer.account_id = charge.payer_account_id AND payer.month = {period:String}
LEFT ANY JOIN (SELECT account_id AS sub, name, kind FROM current_account) AS account ON account.sub = charge.account_id
LEFT ANY JOIN (SELECT id, name FROM current_catalogue WHERE kind = 'zone') AS zone ON zone.id = charge.zone
LEFT JOIN export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document ON document.run_seq = charge.run_seq AND document.statement_id = charge.statement_id
LEFT ANY JOIN (SELECT statement_id AS of_statement, number FROM issued_document ORDER BY run_seq) AS corrected ON corrected.of_statement = charge.corrected
