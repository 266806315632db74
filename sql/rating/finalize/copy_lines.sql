-- Writes the lines of the document that takes another's: negated on a credit note; with the tax rates that hold now on a statement in its place.
-- Params  run_seq UInt64, period String
-- Params  sign Int8              -1 = a credit note
-- Params  tax_rates String
-- Rows    none
-- Why     what is taken back is what was charged, line by line, by the rates that were
INSERT INTO final_line (run_seq, statement_id, tax_rate_id, period, payer_account_id, currency, line, account_id, kind, usage_type, tariff_id, tariff_version, component,
  tier, description, quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, records, scope, rate_card_id, charge_id, charge_version,
  of_line, base_amount, percent, factor, threshold, days, of_days, adjusts_period, adjusts_kind, adjusts_line, former_line, restated_line, apart)
SELECT {run_seq:UInt64}, document.made_id,
  if({sign:Int8} = -1, toString(tax_rate_id), tax_rate_of(tax_rates_of({tax_rates:String}), document.rule, document.country, document.region, usage_type,
    toString(component), if(adjusts_period = '', {period:String}, toString(adjusts_period)))),
  period, payer_account_id, currency, line, account_id, kind, usage_type, tariff_id, tariff_version, component,
  tier, description, {sign:Int8} * quantity, unit, unit_base, unit_price, {sign:Int8} * exact_amount, {sign:Int8} * amount, {sign:Int8} * rounding, records, scope, rate_card_id, charge_id, charge_version,
  of_line, {sign:Int8} * base_amount, percent, factor, threshold, days, of_days, adjusts_period, adjusts_kind, adjusts_line, former_line, restated_line, apart
FROM (
  SELECT * FROM final_line
  WHERE period = {period:String} AND statement_id IN (SELECT source_id FROM scratch_document)
    AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'finalize')
) AS line
INNER JOIN (SELECT statement_id AS made_id, source_id, rule, country, region FROM scratch_document) AS document ON document.source_id = line.statement_id
