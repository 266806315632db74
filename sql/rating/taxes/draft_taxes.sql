-- Tax of drafts of a period, by rate and month of the lines.
-- Params  period String, ids, payers Array(String)      which drafts, and whose they are
-- Params  tax_rates String                              as rating/taxes/lay-rates.ts writes them
-- Params  currency_codes Array(String), minor_steps Array(Int64)   one coin in 10^-9 of each currency
-- Rows    id, tax_rate_id, period, name, category, percent Decimal(18, 6), reason, net, amount Decimal(38, 9)
-- Why     on the sum of the lines of a rate and month, rounded once (design 7.2); what finalizing writes is made by the same functions
SELECT statement_id AS id, draft.tax_rate_id AS tax_rate_id, for_period AS period,
  tupleElement(arrayFirst(rate -> rate.1 = tax_rate_id, tax_rates_of({tax_rates:String})) AS rate_by, 9) AS name, rate_by.10 AS category,
  reinterpret(rate_by.11, 'Decimal(18, 6)') AS percent, if(said = '', rate_by.12, said) AS reason,
  reinterpret(accurateCast(net_no, 'Int128'), 'Decimal(38, 9)') AS net,
  reinterpret(accurateCast(rounded_tax(net_no, toInt256(rate_by.11), step), 'Int128'), 'Decimal(38, 9)') AS amount
FROM (
  SELECT statement_id, tax_rate_id, for_period, any(tax_reason) AS said, toInt256(reinterpret(sum(draft_line.amount), 'Int128')) AS net_no,
    toInt256(greatest(1, {minor_steps:Array(Int64)}[indexOf({currency_codes:Array(String)}, toString(any(currency)))])) AS step
  FROM draft_line(period = {period:String}, tax_rates = {tax_rates:String})
  WHERE payer_account_id IN {payers:Array(String)} AND statement_id IN {ids:Array(String)} AND tax_rate_id != ''
  GROUP BY statement_id, tax_rate_id, for_period
) AS draft
ORDER BY id, tax_rate_id, period
