-- The rows of a FOCUS Cost and Usage dataset (rating/focus/README.md) in a narrow form, one view for each kind of charge; sql/rating/focus/rows.sql
-- gives them their columns. Costs count in 10^-9, quantities in 10^-12, unit prices in 10^-18.

-- A unit of a tariff as FOCUS writes it.
-- size: how many of them a package has, '' = it is sold one by one.
CREATE OR REPLACE FUNCTION focus_unit_of AS (unit, noun, size) -> concat(
  multiIf(unit = 'thousand', concat(if(size = '', '1', size), '000 '), unit = 'million', concat(if(size = '', '1', size), '000000 '), size = '', '', concat(size, ' ')),
  multiIf(unit = 'hour', 'Hours', unit = 'month', 'Months', unit = 'gib_hour', 'GiB-Hours', unit = 'gib_month', 'GiB-Months', unit = 'gib', 'GiB',
    unit = 'unit_hour', concat(noun, '-Hours'), noun));

-- Billing records with their lines: those that discounts reduce (discounted 1), or all others.
CREATE OR REPLACE VIEW line_record AS
SELECT record.*, line.*
FROM (
  SELECT payer_account_id AS paying, account_id AS used_by, usage_type AS used_type, tariff_id AS priced_by, tariff_version AS priced_version,
    component AS priced_component, tier AS priced_tier, usage_record_id, resource, billing_record.part AS resource_part, shape, window_start, window_end, part_start,
    billing_record.quantity AS used, whole_of(billing_record.amount) AS own
  FROM billing_record
  WHERE period = {period:String} AND run_seq = {rating_seq:UInt64} AND used != 0 AND moduloOrZero(cityHash64(payer_account_id), {parts:UInt32}) = {part:UInt32}
) AS record
INNER JOIN (
  SELECT * FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32})
  WHERE line_kind IN ('usage', 'unrated') AND is_later = 0 AND (given != 0) = ({discounted:UInt8} = 1)
) AS line
  ON line.payer_account_id = paying AND line.account_id = used_by AND line.usage_type = used_type AND line.tariff_id = priced_by
  AND line.tariff_version = priced_version AND line.component = priced_component AND line.tier = priced_tier;

-- The same with what each is billed: its own amount, less its share of what the line is reduced by. Shares are differences of the running
-- sum, as amounts are, so they add up to of_rows whatever the records.
CREATE OR REPLACE VIEW billed_record AS
SELECT *, own AS billed
FROM line_record(period = {period:String}, rating_seq = {rating_seq:UInt64}, export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}, discounted = 0)
UNION ALL
SELECT * EXCEPT (reached), half_away(reached * (rounded + given), rounded) - half_away((reached - own) * (rounded + given), rounded) AS billed
FROM (
  SELECT *, sum(own) OVER (PARTITION BY run_seq, statement_id, line ORDER BY part_start, usage_record_id ROWS UNBOUNDED PRECEDING) AS reached
  FROM line_record(period = {period:String}, rating_seq = {rating_seq:UInt64}, export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}, discounted = 1)
);

-- What shapes of a run's records say: the zone, and tags as FOCUS has them: a tag without a value is true, our own have the prefix
-- tallyhouse:, and a customer's that begins so is written with user: before it.
CREATE OR REPLACE VIEW focus_shape AS
SELECT shape AS shaped, toString(shape.zone) AS zone, toString(shape.offering) AS offering, toString(shape.project_id) AS project, concat('{', arrayStringConcat(arrayConcat(
    arrayMap(tag -> concat(toJSONString(if(startsWith(tag.1, 'tallyhouse:'), concat('user:', tag.1), tag.1)), ':',
      multiIf(tag.2 = '""', 'true', match(tag.2, '^[\\[{n]'), toJSONString(tag.2), tag.2)), JSONExtractKeysAndValuesRaw(shape.tags)),
    if(vm = '', [], [concat('"tallyhouse:vm":', toJSONString(vm))])), ','), '}') AS tags
FROM shape
WHERE shape.shape IN (SELECT billing_record.shape FROM billing_record WHERE period = {period:String} AND run_seq = {rating_seq:UInt64})
ORDER BY shape.shape LIMIT 1 BY shape.shape;

-- Metered use: a row for each billing record, part and tier. Packages are whole, whatever nine decimals of an amount say, but for a share of a pool.
CREATE OR REPLACE VIEW focus_usage AS
SELECT *, if(by_offering = 1 AND offering != '', concat(sku, '.', offering), sku) AS own_sku,
  size != '' AND unit_price > 0 AS packaged,
  multiIf(packaged AND pooled = 0, half_away(own * toInt256(1000), whole_of(unit_price)) * toInt256('1000000000000'),
    packaged, half_away(own * toInt256('1000000000000000'), whole_of(unit_price)), line_kind = 'unrated', half_away(used * toInt256('1000000000000'), consumed_base),
    half_away(used * toInt256('1000000000000'), unit_base)) AS priced_quantity,
  if(pooled = 1, if(priced_quantity = 0, toInt256(0), half_away(own * toInt256('1000000000000000000000'), priced_quantity)), whole_of(unit_price) * toInt256(1000000)) AS list_price,
  if(given = 0, list_price, half_away(list_price * (rounded + given), rounded)) AS contracted_price,
  arrayFirst(cut -> cut > toUnixTimestamp64Milli(part_start) AND cut < toUnixTimestamp64Milli(window_end), cuts) AS cut_at
FROM billed_record(period = {period:String}, rating_seq = {rating_seq:UInt64}, export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS billed
LEFT ANY JOIN focus_shape(period = {period:String}, rating_seq = {rating_seq:UInt64}) AS shaped ON shaped.shaped = billed.shape
LEFT ANY JOIN (SELECT account_id AS naming, resource AS named_resource, part AS named_part, name AS resource_name FROM resource_label(account_ids = emptyArrayString())) AS label
  ON naming = account_id AND named_resource = resource AND named_part = resource_part;

-- What is billed by the line: fees and percentages (less what discounts take off them), minimums, caps and commitments; corrections of closed
-- months; all lines of documents that came after the first.
CREATE OR REPLACE VIEW focus_charge AS
SELECT line.*, toUInt8(is_later = 1 OR line_kind = 'adjustment') AS is_correction, multiIf(line_kind = 'adjustment', adjusts_period, is_later = 1, month_of_statement(statement_id), {period:String}) AS of_month,
  multiIf(charged_as IN ('usage', 'unrated'), 'Usage', charged_as IN ('flat', 'percentage') AND rounded >= 0, 'Purchase', 'Adjustment') AS category,
  rounded + if(is_correction = 1, toInt256(0), given) AS billed, corrected_statement(issues, run_seq, payer_account_id, adjusts_period) AS corrected_id
FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS line
LEFT JOIN issue_order AS corrected ON corrected.issued_payer = line.payer_account_id AND corrected.issued_period = line.adjusts_period
WHERE is_later = 1 OR line_kind = 'adjustment' OR (line_kind NOT IN ('usage', 'unrated') AND of_line = 0);

-- What lines of use are rounded by, in one sum for each statement: its rows are exact, its lines in coins.
CREATE OR REPLACE VIEW focus_rounding AS
SELECT run_seq, statement_id, payer_account_id, any(line.currency) AS currency, sum(rounded + given - of_rows) AS billed
FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS line
WHERE line_kind IN ('usage', 'unrated') AND is_later = 0
GROUP BY run_seq, statement_id, payer_account_id
HAVING billed != 0;

-- Tax of a month's documents, and credits that went to them. of_month: when what they are of was used.
CREATE OR REPLACE VIEW focus_settlement AS
SELECT document.run_seq AS run_seq, document.statement_id AS statement_id, document.payer_account_id AS payer_account_id, document.currency AS currency,
  document.is_later AS is_later, document.corrects AS corrects, if(document.is_later = 1, month_of_statement(document.statement_id), {period:String}) AS of_month, 'Tax' AS category,
  concat('tax/', toString(tax.tax_rate_id), '/', toString(tax.for_period)) AS detail, tax.name AS description, whole_of(tax.amount) AS billed
FROM statement_tax AS tax
INNER JOIN export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document ON document.run_seq = tax.run_seq AND document.statement_id = tax.statement_id
WHERE tax.amount != 0
UNION ALL
SELECT document.run_seq, document.statement_id, document.payer_account_id, document.currency, document.is_later,
  document.corrects, if(document.is_later = 1, month_of_statement(document.statement_id), {period:String}), 'Credit', concat('credit/', draw.credit_id), concat('Credit ', draw.credit_id), -whole_of(draw.amount)
FROM export_draw(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS draw
INNER JOIN export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document ON document.run_seq = draw.run_seq AND document.statement_id = draw.statement_id
WHERE draw.amount != 0;
