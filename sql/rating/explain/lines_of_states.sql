-- Lines of a closed month as a run rated it again: as it was closed, as it had been billed, as it is.
-- Params  run_seq UInt64, payer_account_id String
-- Params  states Array(String), lines Array(UInt32)   under which period, and the number in it; one of each a line
-- Rows    as sql/rating/explain/line.sql
-- Why     an adjustment is the difference of two of them, and names the third
SELECT run_seq, statement_id_of(payer_account_id, substring(toString(period), 1, 7), '') AS id,
  payer_account_id, period, currency, line, kind, account_id, usage_type, tariff_id, tariff_version, component, tier,
  description, quantity AS base_quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, records,
  scope, rate_card_id, charge_id, charge_version, of_line, base_amount, percent, factor, threshold, days, of_days,
  adjusts_period, adjusts_kind, adjusts_line, former_line, restated_line, '' AS adjusts_statement
FROM statement_line
WHERE run_seq = {run_seq:UInt64} AND payer_account_id = {payer_account_id:String}
  AND (toString(period), line) IN (
    SELECT {states:Array(String)}[no], {lines:Array(UInt32)}[no] FROM (SELECT arrayJoin(arrayEnumerate({states:Array(String)})) AS no)
  )
ORDER BY period, line
