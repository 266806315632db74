-- What of the documents of a run credits can cover, by when it was used.
-- Params  run_seq, rating_seq UInt64, period String
-- Params  from_ms, to_ms Int64                                        the month wherever it is, Unix ms UTC
-- Params  currency_codes Array(String), minor_steps Array(Int64)      one minor unit in 10^-9 of each currency
-- Rows    statement_id, payer_account_id, currency String, total Decimal(38, 9), from_ms Int64 (where a stretch between two instants at which a credit
--         begins or ends has its start), amount Decimal(38, 9)
-- Why     a usage line, less its discounts, is shared among the stretches by the amounts of its billing records; the tax of its rate by what
--         falls on each. Shares are differences of running sums rounded to coins, so that the stretches add up to the line and to its tax.
--         Fees, minimums and corrections are of no time of use, so no credit covers them
WITH
credit AS (
  SELECT payer_account_id AS owner, toString(current_credit.currency) AS code,
    arraySort(groupUniqArrayArray([toUnixTimestamp64Milli(valid_from), toUnixTimestamp64Milli(expires_at)])) AS cuts
  FROM current_credit
  WHERE state = 'active' AND toUnixTimestamp64Milli(valid_from) < {to_ms:Int64} AND toUnixTimestamp64Milli(expires_at) > {from_ms:Int64}
  GROUP BY owner, code
),
document AS (
  SELECT statement_id AS id, payer_account_id AS payer, toString(statement_document.currency) AS code, total, cuts,
    toInt256(greatest(1, {minor_steps:Array(Int64)}[indexOf({currency_codes:Array(String)}, code)])) AS step
  FROM statement_document
  INNER JOIN credit ON owner = payer AND credit.code = code
  WHERE run_seq = {run_seq:UInt64} AND kind = 'statement'
),
line_net AS (
  SELECT statement_id, line_no, anyIf(tax_rate_id, kind = 'usage') AS rate, anyIf(account_id, kind = 'usage') AS account, anyIf(usage_type, kind = 'usage') AS type,
    anyIf(tariff_id, kind = 'usage') AS tariff, anyIf(tariff_version, kind = 'usage') AS version, anyIf(component, kind = 'usage') AS part,
    anyIf(tier, kind = 'usage') AS step_no, toInt256(reinterpret(sum(amount), 'Int128')) AS net
  FROM (SELECT *, if(kind = 'usage', line, of_line) AS line_no FROM final_line WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND kind IN ('usage', 'discount_percent', 'discount_amount'))
  WHERE statement_id IN (SELECT id FROM document)
  GROUP BY statement_id, line_no
  HAVING countIf(kind = 'usage') = 1
),
used AS (
  SELECT paid_by, paid_code, account_id, usage_type, tariff_id, tariff_version, component, tier,
    arrayCount(cut -> cut <= toUnixTimestamp64Milli(window_start), cuts) AS stretch, toInt256(reinterpret(sum(amount), 'Int128')) AS exact
  FROM billing_record
  INNER JOIN (SELECT DISTINCT payer AS paid_by, code AS paid_code, cuts FROM document) AS of_payer
    ON paid_by = toString(billing_record.payer_account_id) AND paid_code = toString(billing_record.currency)
  WHERE period = {period:String} AND run_seq = {rating_seq:UInt64} AND tariff_id != ''
  GROUP BY paid_by, paid_code, account_id, usage_type, tariff_id, tariff_version, component, tier, stretch
),
shared AS (
  SELECT id, payer, code, total, cuts, step, rate, line_no, stretch,
    sum(exact) OVER (PARTITION BY id, line_no ORDER BY stretch) AS up_to, sum(exact) OVER (PARTITION BY id, line_no) AS whole,
    if(whole <= 0, toInt256(0), if(net < 0, toInt256(-1), toInt256(1)) * intDiv(2 * abs(net) * up_to + whole * step, 2 * whole * step) * step) AS running
  FROM document
  INNER JOIN line_net ON line_net.statement_id = id
  INNER JOIN used ON paid_by = payer AND paid_code = code AND used.account_id = account AND used.usage_type = type
    AND used.tariff_id = tariff AND used.tariff_version = version AND used.component = part AND used.tier = step_no
),
by_rate AS (
  SELECT id, payer, code, total, cuts, step, rate, stretch, sum(share) AS share
  FROM (
    SELECT *, running - lagInFrame(running, 1, toInt256(0)) OVER (PARTITION BY id, line_no ORDER BY stretch ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS share
    FROM shared
  )
  GROUP BY id, payer, code, total, cuts, step, rate, stretch
),
taxed AS (
  SELECT *, sum(share) OVER (PARTITION BY id, rate ORDER BY stretch) AS covered,
    if(tax_net = 0, toInt256(0), if((tax < 0) != (tax_net < 0), toInt256(-1), toInt256(1)) * intDiv(2 * abs(tax) * covered + abs(tax_net) * step, 2 * abs(tax_net) * step) * step) AS running_tax
  FROM by_rate
  LEFT ANY JOIN (
    SELECT statement_id AS taxed_id, toString(tax_rate_id) AS tax_rate, toInt256(reinterpret(net, 'Int128')) AS tax_net, toInt256(reinterpret(amount, 'Int128')) AS tax
    FROM statement_tax
    WHERE run_seq = {run_seq:UInt64} AND for_period = {period:String}
  ) AS taxes ON taxed_id = id AND tax_rate = toString(rate)
)
SELECT id AS statement_id, payer AS payer_account_id, code AS currency, total, cuts[stretch] AS from_ms,
  reinterpret(accurateCast(sum(share + tax_share), 'Int128'), 'Decimal(38, 9)') AS amount
FROM (
  SELECT *, running_tax - lagInFrame(running_tax, 1, toInt256(0)) OVER (PARTITION BY id, rate ORDER BY stretch ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS tax_share
  FROM taxed
)
WHERE stretch > 0
GROUP BY statement_id, payer_account_id, currency, total, from_ms
ORDER BY payer_account_id, currency, statement_id, from_ms
