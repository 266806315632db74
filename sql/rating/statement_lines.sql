-- Lines of drafts of a period, with the tax rate that holds for each.
-- Params  period String, ids, payers Array(String)      which drafts, and whose they are
-- Params  tax_rates String                              as rating/taxes/lay-rates.ts writes them
-- Rows    id, line, kind, account_id, usage_type, tariff_id, component, tier, description, base_quantity, unit, unit_base, unit_price,
--         exact_amount, amount, rounding, of charges scope … of_days, of adjustments adjusts_…, tax_rate_id
-- Why     by the table's key: of the ids only a column of payers is read
SELECT statement_id AS id, line, kind, account_id, usage_type, tariff_id, component, tier, description,
  quantity AS base_quantity, unit, unit_base, unit_price, exact_amount, amount, rounding,
  scope, rate_card_id, charge_id, charge_version, of_line, base_amount, percent, factor, threshold, days, of_days,
  adjusts_period, adjusts_kind, adjusts_line,
  if(adjusts_period = '', '', corrected_statement(issues, toUInt64(0), payer_account_id, toString(adjusts_period))) AS adjusts_statement, tax_rate_id
FROM draft_line(period = {period:String}, tax_rates = {tax_rates:String}) AS line
LEFT JOIN (SELECT * FROM issue_order WHERE issued_payer IN {payers:Array(String)}) AS corrected
  ON issued_payer = line.payer_account_id AND issued_period = toString(line.adjusts_period)
WHERE payer_account_id IN {payers:Array(String)} AND statement_id IN {ids:Array(String)}
ORDER BY payer_account_id, id, line
