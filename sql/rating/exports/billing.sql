-- Writes a month's bills to a file: each billing record, each line that is of none, and what each line of use is rounded by.
-- Params  path, format String                  the file, and what the engine calls its format
-- Params  period String, rating_seq UInt64     the month, and the rating run that counts
-- Params  export_id String, part, parts UInt32 what was laid out for it; of so many parts this one, from 0
-- Params  types String                         JSON of the registry: [{usage_type, name, unit, display_unit, divisor}]
-- Rows    none
-- Why     rows of a statement add up to its net: records to the exact amounts of lines, with their roundings to the rounded ones
INSERT INTO FUNCTION file({path:String}, {format:String})
WITH
line AS (
  SELECT *, is_later = 0 AND line_kind IN ('usage', 'unrated') AS is_use FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32})
),
billed AS (
  SELECT 'record' AS row_kind, line.run_seq AS run_seq, line.statement_id AS statement_id, line.payer_account_id AS payer, line.account_id AS account, line.currency AS own_currency,
    line.line AS own_line, line.line_kind AS line_kind, line.description AS description, line.usage_type AS own_type, toNullable(record.resource) AS resource,
    nullIf(record.resource_part, '') AS resource_part, toNullable(concat('ur_', lower(hex(record.usage_record_id)))) AS usage_record_id,
    toNullable(billing_record_id_of({period:String}, record.usage_record_id, record.part_start, line.tier, line.component)) AS billing_record_id,
    toNullable(record.window_start) AS window_start, toNullable(record.window_end) AS window_end, toNullable(record.part_start) AS part_start,
    line.tariff_id AS tariff_id, line.tariff_version AS tariff_version, line.component AS component, line.tier AS tier, line.unit AS unit, line.unit_base AS unit_base,
    line.unit_price AS unit_price, toNullable(record.used) AS used, toNullable(record.from_quantity) AS from_used, toNullable(record.to_quantity) AS to_used,
    record.amount AS own_amount, '' AS charge, '' AS card, '' AS adjusts_period, toUInt32(0) AS adjusts_line, line.scope AS scope
  FROM (
    SELECT payer_account_id, account_id, usage_type, tariff_id, tariff_version, component, tier, resource, billing_record.part AS resource_part, usage_record_id,
      window_start, window_end, part_start, quantity AS used, from_quantity, to_quantity, amount
    FROM billing_record
    WHERE period = {period:String} AND run_seq = {rating_seq:UInt64} AND used != 0 AND moduloOrZero(cityHash64(payer_account_id), {parts:UInt32}) = {part:UInt32}
  ) AS record
  INNER JOIN (SELECT * FROM line WHERE is_use) AS line
    ON line.payer_account_id = record.payer_account_id AND line.account_id = record.account_id AND line.usage_type = record.usage_type
    AND line.tariff_id = record.tariff_id AND line.tariff_version = record.tariff_version AND line.component = record.component AND line.tier = record.tier
  UNION ALL
  SELECT 'line', run_seq, statement_id, payer_account_id, account_id, currency, line, line_kind, description, usage_type, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    tariff_id, tariff_version, component, tier, unit, unit_base, unit_price, quantity, NULL, NULL, as_nano(rounded), charge_id, rate_card_id, adjusts_period, adjusts_line, scope
  FROM line
  WHERE NOT is_use
  UNION ALL
  SELECT 'rounding', run_seq, statement_id, payer_account_id, account_id, currency, line, line_kind, description, usage_type, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    tariff_id, tariff_version, component, tier, unit, unit_base, toDecimal128(0, 12), NULL, NULL, NULL, as_nano(rounded - exact), '', '', '', 0, scope
  FROM line
  WHERE is_use AND rounded != exact
)
SELECT billed.row_kind AS row_kind, {period:String} AS period, billed.statement_id AS statement_id, nullIf(document.number, '') AS statement_number,
  billed.payer AS payer_account_id, payer.name AS payer_name, billed.account AS account_id, account.name AS account_name, billed.own_currency AS currency,
  billed.own_line AS line, billed.line_kind AS line_kind, billed.scope AS scope, billed.description AS description, nullIf(billed.own_type, 0) AS usage_type,
  nullIf(type.type.2, '') AS usage_type_name, billed.resource AS resource, billed.resource_part AS resource_part, billed.usage_record_id AS usage_record_id,
  billed.billing_record_id AS billing_record_id, billed.window_start AS window_start, billed.window_end AS window_end, billed.part_start AS part_start,
  nullIf(billed.tariff_id, '') AS tariff_id, if(billed.tariff_id = '', NULL, billed.tariff_version) AS tariff_version, nullIf(billed.component, '') AS component,
  if(billed.tariff_id = '', NULL, billed.tier) AS tier, nullIf(billed.unit, '') AS unit, if(billed.tariff_id = '' OR billed.row_kind = 'rounding', NULL, billed.unit_price) AS unit_price,
  if(billed.used IS NULL, NULL, as_whole(assumeNotNull(billed.used))) AS base_quantity,
  if(billed.used IS NULL, NULL, as_nano(half_away(assumeNotNull(billed.used) * toInt256(1000000000), billed.unit_base))) AS quantity,
  if(billed.from_used IS NULL, NULL, as_whole(assumeNotNull(billed.from_used))) AS from_base_quantity,
  if(billed.to_used IS NULL, NULL, as_whole(assumeNotNull(billed.to_used))) AS to_base_quantity,
  billed.own_amount AS amount, nullIf(billed.charge, '') AS charge_id, nullIf(billed.card, '') AS rate_card_id, nullIf(billed.adjusts_period, '') AS adjusts_period,
  nullIf(billed.adjusts_line, 0) AS adjusts_line
FROM billed
LEFT ANY JOIN (SELECT account_id AS paying, name FROM current_account) AS payer ON payer.paying = billed.payer
LEFT ANY JOIN (SELECT account_id AS using, name FROM current_account) AS account ON account.using = billed.account
LEFT ANY JOIN (
  SELECT arrayJoin(JSONExtract({types:String}, 'Array(Tuple(usage_type UInt16, name String, unit String, display_unit String, divisor String))')) AS type
) AS type ON type.type.1 = billed.own_type
LEFT ANY JOIN export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document ON document.run_seq = billed.run_seq AND document.statement_id = billed.statement_id
