-- Lines of documents as they were issued.
-- Params  period String, ids, payers Array(String)      which documents, and whose they are
-- Rows    as sql/rating/statement_lines.sql
-- Why     by the table's key; whatever is rated later, they stay
SELECT statement_id AS id, line, kind, account_id, usage_type, tariff_id, component, tier, description,
  quantity AS base_quantity, unit, unit_base, unit_price, exact_amount, amount, rounding,
  scope, rate_card_id, charge_id, charge_version, of_line, base_amount, percent, factor, threshold, days, of_days,
  adjusts_period, adjusts_kind, adjusts_line,
  if(adjusts_period = '', '', corrected_statement(issues, run_seq, payer_account_id, toString(adjusts_period))) AS adjusts_statement, tax_rate_id
FROM final_line AS line
LEFT JOIN (SELECT * FROM issue_order WHERE issued_payer IN {payers:Array(String)}) AS corrected
  ON issued_payer = line.payer_account_id AND issued_period = toString(line.adjusts_period)
WHERE period = {period:String} AND payer_account_id IN {payers:Array(String)} AND statement_id IN {ids:Array(String)}
  AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'finalize')
ORDER BY payer_account_id, id, line
