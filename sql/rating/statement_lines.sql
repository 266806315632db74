-- Lines of the statements of a period, for `limit` payers after `after`.
-- Params  period, id, payer_account_id, after String   '' = any
-- Params  limit UInt32                                 statements, not lines
-- Rows    id, payer_account_id, period, currency, line, kind, account_id, usage_type, tariff_id, component, tier, description,
--         base_quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, and of charges scope … of_days
-- Why     the id says payer and period and nothing of the run: a bill made again keeps its id
WITH named AS (
  SELECT *, concat('st_', replaceOne(period, '-', ''), '_', lower(hex(sipHash128(payer_account_id, period)))) AS id
  FROM statement_line
  WHERE period = {period:String} AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
    AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
    AND payer_account_id > {after:String}
)
SELECT id, payer_account_id, period, currency, line, kind, account_id, usage_type, tariff_id, component, tier, description,
  quantity AS base_quantity, unit, unit_base, unit_price, exact_amount, amount, rounding,
  scope, rate_card_id, charge_id, charge_version, of_line, base_amount, percent, factor, threshold, days, of_days
FROM named
WHERE ({id:String} = '' OR id = {id:String})
  AND payer_account_id IN (
    SELECT DISTINCT payer_account_id FROM named WHERE {id:String} = '' OR id = {id:String} ORDER BY payer_account_id LIMIT {limit:UInt32}
  )
ORDER BY payer_account_id, line
