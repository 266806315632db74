-- Writes the lines of the drafts that become final, as the rating run that counts has them, with the tax rate that holds for each.
-- Params  run_seq UInt64, period String
-- Params  tax_rates String
-- Rows    none
-- Why     all payers at once, in the engine: what is frozen is what was rated, and stays whatever is rated later
INSERT INTO final_line (run_seq, statement_id, tax_rate_id, period, payer_account_id, currency, line, account_id, kind, usage_type, tariff_id, tariff_version, component,
  tier, description, quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, records, scope, rate_card_id, charge_id, charge_version,
  of_line, base_amount, percent, factor, threshold, days, of_days, adjusts_period, adjusts_kind, adjusts_line, former_line, restated_line, apart)
SELECT {run_seq:UInt64}, document.statement_id,
  tax_rate_of(tax_rates_of({tax_rates:String}), document.rule, document.country, document.region, usage_type, toString(component),
    if(adjusts_period = '', {period:String}, toString(adjusts_period))),
  period, payer_account_id, currency, line, account_id, kind, usage_type, tariff_id, tariff_version, component,
  tier, description, quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, records, scope, rate_card_id, charge_id, charge_version,
  of_line, base_amount, percent, factor, threshold, days, of_days, adjusts_period, adjusts_kind, adjusts_line, former_line, restated_line, apart
FROM statement_line
INNER JOIN (SELECT statement_id, payer_account_id AS payer, apart AS document_apart, rule, country, region FROM scratch_document WHERE source_id = '') AS document
  ON payer = payer_account_id AND document_apart = statement_line.apart
WHERE statement_line.period = {period:String}
  AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
