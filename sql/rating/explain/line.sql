-- One line of a statement as the rating run that counts wrote it.
-- Params  period String
-- Params  id String, line UInt32     the statement and the line in it; '' = by what follows
-- Params  payer_account_id, account_id, tariff_id, component String, usage_type, tier UInt16, tariff_version UInt64   what its records have in common
-- Rows    run_seq, id, payer_account_id, period, currency, line, kind, account_id, usage_type, tariff_id, tariff_version, component, tier,
--         description, base_quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, records, of charges scope … of_days, of adjustments adjusts_…, former_line, restated_line
-- Why     by the table's key, once the payer is known: of the id only a column of payers is read
SELECT run_seq, statement_id_of(payer_account_id, toString(period), toString(apart)) AS id,
  payer_account_id, period, currency, line, kind, account_id, usage_type, tariff_id, tariff_version, component, tier,
  description, quantity AS base_quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, records,
  scope, rate_card_id, charge_id, charge_version, of_line, base_amount, percent, factor, threshold, days, of_days,
  adjusts_period, adjusts_kind, adjusts_line, former_line, restated_line,
  if(adjusts_period = '', '', corrected_statement(issues, toUInt64(0), payer_account_id, toString(adjusts_period))) AS adjusts_statement
FROM statement_line AS line
LEFT JOIN issue_order AS corrected ON issued_payer = line.payer_account_id AND issued_period = toString(line.adjusts_period)
WHERE period = {period:String} AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
  AND if({id:String} = '', payer_account_id = {payer_account_id:String}, (payer_account_id, apart) IN (
    SELECT payer_account_id, apart FROM statement_line
    WHERE period = {period:String} AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
      AND statement_id_of(payer_account_id, {period:String}, toString(apart)) = {id:String}
  ))
  AND if({id:String} != '', line = {line:UInt32}, (account_id, usage_type, tariff_id, tariff_version, component, tier)
    = ({account_id:String}, {usage_type:UInt16}, {tariff_id:String}, {tariff_version:UInt64}, {component:String}, {tier:UInt16})
    AND kind != 'adjustment')
LIMIT 1
