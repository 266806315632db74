-- Writes the tax of the documents of a run: by rate and month of their lines, rounded once to the currency's coins.
-- Params  run_seq UInt64, period String
-- Params  tax_rates String
-- Params  currency_codes Array(String), minor_steps Array(Int64)   one coin in 10^-9 of each currency
-- Rows    none
-- Why     as on drafts (sql/rating/taxes/draft_taxes.sql), by the same functions; corrections at the rate of the month they correct
INSERT INTO statement_tax (run_seq, statement_id, tax_rate_id, for_period, name, category, percent, reason, net, amount)
SELECT {run_seq:UInt64}, made.statement_id, made.tax_rate_id, for_period,
  tupleElement(arrayFirst(rate -> rate.1 = made.tax_rate_id, tax_rates_of({tax_rates:String})) AS rate_by, 9), rate_by.10,
  reinterpret(rate_by.11, 'Decimal(18, 6)'), if(said = '', rate_by.12, said),
  reinterpret(accurateCast(net_no, 'Int128'), 'Decimal(38, 9)'),
  reinterpret(accurateCast(rounded_tax(net_no, toInt256(rate_by.11), step), 'Int128'), 'Decimal(38, 9)')
FROM (
  SELECT statement_id, toString(tax_rate_id) AS tax_rate_id, if(adjusts_period = '', {period:String}, toString(adjusts_period)) AS for_period,
    toInt256(reinterpret(sum(final_line.amount), 'Int128')) AS net_no,
    toInt256(greatest(1, {minor_steps:Array(Int64)}[indexOf({currency_codes:Array(String)}, toString(any(currency)))])) AS step
  FROM final_line
  WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND tax_rate_id != ''
  GROUP BY statement_id, tax_rate_id, for_period
) AS made
INNER JOIN (SELECT statement_id AS of_id, reason AS said FROM scratch_document) AS document ON of_id = made.statement_id
