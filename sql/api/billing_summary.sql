-- What statement lines come to in each group asked for; one row per group and currency, months in order, the highest amount first.
-- Params  from_period, to_period String                      months, both in it
--         within Array(String)                               the accounts that may be seen, as users or as payers; empty = all
--         payer_account_ids, account_ids, kinds Array(String)   empty = all
--         group_by Array(String)                             columns to group by; the others are '' or 0
--         limit UInt32
-- Rows    period, payer_account_id, account_id String, usage_type UInt16, kind, adjusts_period, statement_id String, currency String,
--         amount, exact_amount Decimal(76, 9), lines, records, payers UInt64
-- Why     an overview of months and payers must not read every statement with every line
WITH lines_of_month AS (
  SELECT statement_line.*
  FROM statement_line
  WHERE statement_line.period BETWEEN {from_period:String} AND {to_period:String}
    AND (statement_line.period, statement_line.run_seq) IN (SELECT period, rating_seq FROM current_rating)
    AND (empty({within:Array(String)}) OR payer_account_id IN {within:Array(String)} OR account_id IN {within:Array(String)})
    AND (empty({payer_account_ids:Array(String)}) OR payer_account_id IN {payer_account_ids:Array(String)})
    AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
    AND (empty({kinds:Array(String)}) OR kind IN {kinds:Array(String)})
)
SELECT grouped.1 AS period, grouped.2 AS payer_account_id, grouped.3 AS account_id, grouped.4 AS usage_type, grouped.5 AS kind,
  grouped.6 AS adjusts_period, grouped.7 AS statement_id, code AS currency,
  sum(toDecimal256(line_amount, 9)) AS amount, sum(toDecimal256(line_exact, 9)) AS exact_amount,
  count() AS lines, sum(line_records) AS records, uniqExact(payer) AS payers
FROM (
  SELECT (
      if(has({group_by:Array(String)}, 'period'), toString(lines_of_month.period), ''),
      if(has({group_by:Array(String)}, 'payer_account_id'), lines_of_month.payer_account_id, ''),
      if(has({group_by:Array(String)}, 'account_id'), lines_of_month.account_id, ''),
      if(has({group_by:Array(String)}, 'usage_type'), lines_of_month.usage_type, toUInt16(0)),
      if(has({group_by:Array(String)}, 'kind'), toString(lines_of_month.kind), ''),
      if(has({group_by:Array(String)}, 'adjusts_period'), toString(lines_of_month.adjusts_period), ''),
      if(has({group_by:Array(String)}, 'statement_id'),
        statement_id_of(lines_of_month.payer_account_id, toString(lines_of_month.period), toString(lines_of_month.apart)), '')
    ) AS grouped,
    toString(lines_of_month.currency) AS code, lines_of_month.payer_account_id AS payer,
    lines_of_month.amount AS line_amount, lines_of_month.exact_amount AS line_exact, lines_of_month.records AS line_records
  FROM lines_of_month
)
GROUP BY grouped, code
ORDER BY period, amount DESC, grouped, currency
LIMIT {limit:UInt32}
