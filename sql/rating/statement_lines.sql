-- Lines of the statements of a period, for `limit` statements after one.
-- Params  period, id, payer_account_id String          '' = any
-- Params  after, after_currency String                 the statement before: its payer and currency
-- Params  limit UInt32                                 statements, not lines
-- Rows    id, payer_account_id, period, currency, line, kind, account_id, usage_type, tariff_id, component, tier, description,
--         base_quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, of charges scope … of_days, of adjustments adjusts_…
-- Why     a payer has one statement for each currency: adjustments of months billed in another one are not converted
WITH named AS (
  SELECT *, statement_id_of(payer_account_id, toString(period), toString(apart)) AS id
  FROM statement_line
  WHERE period = {period:String} AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
    AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
    AND payer_account_id >= {after:String}
    AND (payer_account_id, toString(currency)) > ({after:String}, {after_currency:String})
)
SELECT id, payer_account_id, period, currency, line, kind, account_id, usage_type, tariff_id, component, tier, description,
  quantity AS base_quantity, unit, unit_base, unit_price, exact_amount, amount, rounding,
  scope, rate_card_id, charge_id, charge_version, of_line, base_amount, percent, factor, threshold, days, of_days,
  adjusts_period, adjusts_kind, adjusts_line,
  if(adjusts_period = '', '', statement_id_of(payer_account_id, toString(adjusts_period), '')) AS adjusts_statement
FROM named
WHERE ({id:String} = '' OR id = {id:String})
  AND (payer_account_id, currency) IN (
    SELECT DISTINCT payer_account_id, currency FROM named
    WHERE {id:String} = '' OR id = {id:String}
    ORDER BY payer_account_id, currency
    LIMIT {limit:UInt32}
  )
ORDER BY payer_account_id, currency, line
