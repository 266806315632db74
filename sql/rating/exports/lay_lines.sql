-- Lays out the lines of a month for an export, each with what its rows share.
-- Params  export_id, period, payer String, rating_seq UInt64   '' = all payers; the rating run that counts
-- Params  types String                     JSON of what FOCUS calls each usage type (rating/focus/services.ts)
-- Rows    none
-- Why     given is what discounts take off a line: in FOCUS they live in the unit price and have no rows of their own. of_rows is what a line's
--         rows add up to there, its exact amount less that share; the rest to the rounded amount is in the statement's rounding row
INSERT INTO scratch_export_line (export_id, run_seq, statement_id, is_later, corrects, payer_account_id, currency, line, account_id, line_kind, charged_as, usage_type,
  tariff_id, tariff_version, component, tier, description, quantity, unit, unit_base, unit_price, scope, rate_card_id, charge_id, charge_version, of_line, threshold,
  days, of_days, adjusts_period, adjusts_line, exact, rounded, given, of_rows, service, service_category, subcategory, sku, by_offering, meter, resource_type, noun,
  consumed_unit, consumed_base, card, model, pooled, size, cuts)
WITH line AS (
  SELECT * FROM exported_line(export_id = {export_id:String}, period = {period:String}, rating_seq = {rating_seq:UInt64}, payer = {payer:String})
)
SELECT {export_id:String}, run_seq, statement_id, is_later, corrects, payer_account_id, currency, line, account_id, kind, if(kind = 'adjustment', adjusts_kind, kind), usage_type,
  tariff_id, tariff_version, component, tier, description, quantity, unit, unit_base, unit_price, scope, rate_card_id, charge_id, charge_version, of_line, threshold,
  days, of_days, adjusts_period, adjusts_line, whole_of(exact_amount) AS exact, whole_of(amount) AS rounded, discount.given AS given,
  if(discount.given = 0, exact, half_away(exact * (rounded + discount.given), rounded)),
  type.2, type.3, type.4, type.5, type.6, type.7, type.8, type.9, type.10, toInt256OrZero(type.11), price.card, price.model, price.pooled, price.size, price.cuts
FROM line
LEFT JOIN (
  SELECT run_seq AS given_run, statement_id AS given_id, of_line AS given_line, sum(whole_of(amount)) AS given FROM line WHERE of_line != 0
  GROUP BY given_run, given_id, given_line
) AS discount ON given_run = line.run_seq AND given_id = line.statement_id AND given_line = line.line
LEFT JOIN (
  SELECT arrayJoin(JSONExtract({types:String}, 'Array(Tuple(usage_type UInt16, service String, category String, subcategory String, sku String, by_offering UInt8, meter String, resource_type String, noun String, consumed_unit String, consumed_base String))')) AS type
) AS typed ON type.1 = line.usage_type
LEFT JOIN (
  SELECT account.account_id AS of_account, kept.usage_type AS of_type, JSONExtractString(kept.tariff, 'tariff_id') AS of_tariff,
    JSONExtractUInt(kept.tariff, 'version') AS of_version, any(JSONExtractString(kept.tariff, 'rate_card_id')) AS card,
    any(JSONExtractString(kept.tariff, 'model')) AS model, any(kept.pooled) AS pooled,
    any(if(JSONExtractString(kept.tariff, 'model') = 'package', JSONExtractString(kept.tariff, 'package_size'), '')) AS size, any(kept.cuts) AS cuts
  FROM (SELECT account_id, plan FROM rating_account WHERE period = {period:String} AND run_seq = {rating_seq:UInt64}) AS account
  INNER JOIN (SELECT * FROM rating_price WHERE period = {period:String} AND run_seq = {rating_seq:UInt64}) AS kept ON kept.plan = account.plan
  GROUP BY of_account, of_type, of_tariff, of_version
) AS price ON of_account = line.account_id AND of_type = line.usage_type AND of_tariff = line.tariff_id AND of_version = line.tariff_version
